/*
 * Who delivers what.  The packs that come with the extension bring departments,
 * raw indicators and the scorecard 20+N; the zone adds what its policies read.
 * Growth rates and shares are not uploaded: they are formulas of the scorecard.
 */
SELECT count(*) AS installed FROM growth_index.install_pack('local_12') \gset
INSERT INTO growth_index.department (code, name_zh, name_en) VALUES ('innovation', '创新发展局', 'Innovation and development bureau');

INSERT INTO growth_index.indicator (code, department, unit, data_type, period_kind, valid_min, valid_max, name_zh, name_en, pack, source)
SELECT code, department, nullif(unit, ''), data_type, CASE WHEN period = 'day' THEN 'point' ELSE 'year' END,
	valid_min, valid_max, name_zh, name_en, 'demo zone', 'default, to be checked against the official text'
FROM (VALUES
	('listed', 'finance', '', 'boolean', 'day', NULL, NULL, '是否上市', 'Listed'),
	('listing_date', 'finance', '', 'date', 'day', NULL, NULL, '上市日期', 'Date of listing'),
	('board', 'finance', '', 'text', 'day', NULL, NULL, '上市板块', 'Board'),
	('neeq_listed', 'finance', '', 'boolean', 'day', NULL, NULL, '是否新三板挂牌', 'Quoted on NEEQ'),
	('neeq_date', 'finance', '', 'date', 'day', NULL, NULL, '新三板挂牌日期', 'Date of quotation on NEEQ'),
	('neeq_layer', 'finance', '', 'text', 'day', NULL, NULL, '新三板层级', 'Layer of NEEQ'),
	('refinanced', 'finance', 'CNY', 'number', 'year', 0, 1e12, '再融资金额', 'Funds raised after listing'),
	('refinanced_on', 'finance', '', 'date', 'day', NULL, NULL, '再融资日期', 'Date of the refinancing'),
	('subsidy_due', 'finance', 'CNY', 'number', 'day', 0, 1e10, '待兑付补贴', 'Subsidies granted, not yet paid')
) AS i(code, department, unit, data_type, period, valid_min, valid_max, name_zh, name_en);
