\pset format unaligned
\pset tuples_only on
SELECT format('      %s  %s yuan, %s', c.policy, to_char(c.award, 'FM999,999,999'), c.state)
FROM growth_index.entitlement e,
	growth_index.confirm_entitlement(e.id, e.credit_code, key => 'demo ' || e.id) c
WHERE e.credit_code = :'star' AND e.policy = 'high_growth';
