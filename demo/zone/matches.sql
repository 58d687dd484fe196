SELECT 'policy' AS kind, title_zh AS title, title_en AS " ", decision, to_char(award, 'FM999,999,999') AS yuan
FROM growth_index.match_policies(:'star'::growth_index.credit_code)
UNION ALL
SELECT 'loan', title_zh, title_en, decision, CASE decision WHEN 'eligible' THEN to_char(credit, 'FM999,999,999') ELSE 'lacks ' || array_to_string(missing, ', ') END
FROM growth_index.match_products(:'star'::growth_index.credit_code);
