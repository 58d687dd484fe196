SELECT figure, value
FROM growth_index.headline h, LATERAL (VALUES
	('certified enterprises', to_char(h.certified_enterprises, 'FM99,999')),
	('scored and rated enterprises', to_char(h.rated_enterprises, 'FM99,999')),
	('financial institutions', to_char(h.institutions, 'FM99,999')),
	('equity raised, million yuan', to_char(h.equity_raised / 1000000, 'FM99,990.0')),
	('debt raised, million yuan', to_char(h.debt_raised / 1000000, 'FM99,990.0')),
	('policy matches', to_char((SELECT count(*) FROM growth_index.policy_match WHERE until IS NULL AND decision = 'eligible'), 'FM99,999')),
	('policy matches undecided for missing data', to_char((SELECT count(*) FROM growth_index.policy_match WHERE until IS NULL AND decision = 'undecided'), 'FM99,999')),
	('loan matches', to_char((SELECT count(*) FROM growth_index.product_match WHERE until IS NULL AND decision = 'eligible'), 'FM99,999'))
) AS f(figure, value);
