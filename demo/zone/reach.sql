(SELECT left(name, 24) AS enterprise, decision, to_char(award, 'FM999,999,999') AS award, '' AS lacks
FROM growth_index.match_enterprises('refinancing') WHERE decision = 'eligible' ORDER BY match_enterprises.award DESC, name LIMIT 6)
UNION ALL
SELECT format('… and %s more', count(*) - 6), 'eligible', to_char(sum(award), 'FM999,999,999') || ' in all', ''
FROM growth_index.match_enterprises('refinancing') WHERE decision = 'eligible'
UNION ALL
SELECT left(name, 24), decision, NULL, array_to_string(missing, ', ')
FROM growth_index.match_enterprises('refinancing') WHERE decision = 'undecided';
