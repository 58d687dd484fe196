\pset format unaligned
\pset tuples_only on
SELECT format('      %s  %s %s', rpad(step, 9), to_char(entitlements, '99,999'), CASE entitlements WHEN 1 THEN 'benefit' ELSE 'benefits' END)
	|| CASE WHEN amount > 0 THEN format(', %s yuan', to_char(amount, 'FM999,999,999')) ELSE '' END
FROM growth_index.advance_entitlements(current_date - 10)
WHERE entitlements > 0;
