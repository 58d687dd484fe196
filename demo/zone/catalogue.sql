/*
 * Who delivers what: the departments of the zone and the raw indicators that
 * the scorecard, the policies and the products are computed from.  Growth rates
 * and shares are not uploaded: they are formulas of the scorecard.
 */
INSERT INTO growth_index.department (code, name_zh, name_en) VALUES
	('tax', '税务局', 'Tax office'),
	('statistics', '统计局', 'Statistics bureau'),
	('science', '科技局', 'Science and technology bureau'),
	('ip', '知识产权局', 'Intellectual property office'),
	('social_security', '人力资源和社会保障局', 'Social security bureau'),
	('market', '市场监督管理局', 'Market supervision bureau'),
	('finance', '金融服务局', 'Financial services bureau'),
	('innovation', '创新发展局', 'Innovation and development bureau');

INSERT INTO growth_index.indicator (code, department, unit, data_type, period_kind, valid_min, valid_max, name_zh, name_en, pack, source)
SELECT code, department, nullif(unit, ''), data_type, CASE WHEN period = 'day' THEN 'point' ELSE 'year' END,
	valid_min, valid_max, name_zh, name_en, 'demo zone', 'default, to be checked against the official text'
FROM (VALUES
	('revenue', 'tax', 'CNY', 'number', 'year', 0, 1e13, '营业收入', 'Revenue'),
	('revenue_prior', 'tax', 'CNY', 'number', 'year', 0, 1e13, '上年营业收入', 'Revenue of the year before'),
	('net_profit', 'tax', 'CNY', 'number', 'year', -1e12, 1e12, '净利润', 'Net profit'),
	('net_profit_prior', 'tax', 'CNY', 'number', 'year', -1e12, 1e12, '上年净利润', 'Net profit of the year before'),
	('tax_paid', 'tax', 'CNY', 'number', 'year', 0, 1e12, '纳税总额', 'Tax paid'),
	('tax_paid_prior', 'tax', 'CNY', 'number', 'year', 0, 1e12, '上年纳税总额', 'Tax paid the year before'),
	('rd_tax_deduction', 'tax', 'CNY', 'number', 'year', 0, 1e11, '研发费用加计扣除所得税减免额', 'Income tax relief for R&D expense'),
	('total_assets', 'tax', 'CNY', 'number', 'year', 0, 1e13, '资产总额', 'Total assets'),
	('total_liabilities', 'tax', 'CNY', 'number', 'year', 0, 1e13, '负债总额', 'Total liabilities'),
	('net_assets', 'tax', 'CNY', 'number', 'year', -1e13, 1e13, '净资产', 'Net assets'),
	('rd_expense', 'statistics', 'CNY', 'number', 'year', 0, 1e12, '研发费用', 'R&D expense'),
	('rd_expense_prior', 'statistics', 'CNY', 'number', 'year', 0, 1e12, '上年研发费用', 'R&D expense of the year before'),
	('hightech_revenue', 'statistics', 'CNY', 'number', 'year', 0, 1e13, '高新技术产品收入', 'Revenue from high-tech products'),
	('employees', 'statistics', 'persons', 'number', 'year', 0, 1e6, '职工总数', 'Employees'),
	('tech_staff', 'statistics', 'persons', 'number', 'year', 0, 1e6, '科技人员数', 'Staff in science and technology'),
	('postgraduates', 'statistics', 'persons', 'number', 'year', 0, 1e6, '研究生以上人员数', 'Staff with a postgraduate degree'),
	('technology_contracts', 'science', 'CNY', 'number', 'year', 0, 1e12, '技术合同成交额', 'Technology contracts concluded'),
	('rd_platforms_2y', 'science', 'count', 'number', 'year', 0, 1000, '近两年省级以上研发平台数', 'Provincial R&D platforms of two years'),
	('science_awards_2y', 'science', 'count', 'number', 'year', 0, 1000, '近两年省级以上科技奖励数', 'Provincial science awards of two years'),
	('science_projects_2y', 'science', 'count', 'number', 'year', 0, 1000, '近两年省级以上科技计划项目数', 'Provincial science projects of two years'),
	('honours', 'science', '', 'set', 'day', NULL, NULL, '资质荣誉', 'Certificates and honours'),
	('invention_applications', 'ip', 'count', 'number', 'year', 0, 1e5, '发明专利申请量', 'Invention patents applied for'),
	('pct_applications', 'ip', 'count', 'number', 'year', 0, 1e5, 'PCT专利申请量', 'PCT patents applied for'),
	('invention_grants', 'ip', 'count', 'number', 'year', 0, 1e5, '发明专利授权量', 'Invention patents granted'),
	('software_copyrights', 'ip', 'count', 'number', 'year', 0, 1e5, '软件著作权数', 'Software copyrights'),
	('insured_staff', 'social_security', 'persons', 'number', 'year', 0, 1e6, '社保缴纳人数', 'Staff insured'),
	('graduates_hired', 'social_security', 'persons', 'number', 'year', 0, 1e5, '吸纳应届毕业生人数', 'Graduates hired'),
	('standards', 'market', 'count', 'number', 'year', 0, 1e4, '主导或参与制定标准数', 'Standards drawn up'),
	('credit_record', 'market', '', 'text', 'day', NULL, NULL, '信用记录', 'Credit record'),
	('dishonest', 'market', '', 'boolean', 'day', NULL, NULL, '是否失信', 'On the list of the dishonest'),
	('severe_penalty_12m', 'market', '', 'boolean', 'day', NULL, NULL, '一年内受严重行政处罚', 'Severe penalty within a year'),
	('venture_capital', 'finance', 'CNY', 'number', 'year', 0, 1e11, '获得风险投资金额', 'Venture capital received'),
	('equity_raised', 'finance', 'CNY', 'number', 'year', 0, 1e12, '股权融资额', 'Equity raised'),
	('listing_stage', 'finance', '', 'text', 'day', NULL, NULL, '上市进程', 'Stage of listing'),
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
