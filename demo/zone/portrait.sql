SELECT key, CASE WHEN length(value::text) > 70 THEN left(value::text, 69) || '…' ELSE value::text END AS value
FROM jsonb_each(growth_index.portrait(:'star')),
	array_position('{name,name_en,credit_code,industry,founded,tags,score,rating,rank,segment,coverage,dimensions,strengths,gaps,missing,policies,products,history}'::text[], key) AS place
WHERE place IS NOT NULL
ORDER BY place;
