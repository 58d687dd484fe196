-- criteria/*: five clauses over profiles, against the plain scan, jsonb with
-- jsonpath, and the same clauses over a wide table of numeric columns.
CREATE TABLE bench.document AS SELECT id, growth_index.jsonb(profile) AS document FROM bench.profile;
VACUUM (ANALYZE) bench.document;
SELECT bench.ms($$SELECT count(profile) FROM bench.profile$$) AS scan \gset
SELECT bench.ms($$SELECT count(*) FILTER (WHERE profile OPERATOR(growth_index.@@) 'money_1 BETWEEN 1000000 AND 400000000 AND money_2 / money_1 >= 0.05 AND NOT dishonest AND industry IN (''C12'', ''C13'', ''C17'', ''C20'', ''C35'', ''C39'') AND count_1 >= 2') FROM bench.profile$$) AS ours \gset
SELECT bench.ms($$SELECT count(*) FILTER (WHERE document @@ '$.money_1 >= 1000000 && $.money_1 <= 400000000 && $.money_2 / $.money_1 >= 0.05 && !($.dishonest == true) && ($.industry == "C12" || $.industry == "C13" || $.industry == "C17" || $.industry == "C20" || $.industry == "C35" || $.industry == "C39") && $.count_1 >= 2') FROM bench.document$$, 3) AS jsonpath \gset
SELECT bench.ms($$SELECT count(*) FILTER (WHERE money_1 BETWEEN 1000000 AND 400000000 AND money_2 / money_1 >= 0.05 AND NOT dishonest AND industry IN ('C12', 'C13', 'C17', 'C20', 'C35', 'C39') AND count_1 >= 2) FROM bench.wide$$, 3) AS numeric \gset
SELECT bench.line('criteria/scan', :ours, :scan);
SELECT bench.line('criteria/jsonpath', :ours, :jsonpath);
SELECT bench.line('criteria/sql_numeric', :ours, :numeric);
-- the same clauses over rows of the wide table: as a profile, and directly
SELECT bench.ms($$SELECT count(money_1) FROM bench.wide$$, 3) AS wide_scan \gset
SELECT bench.ms($$SELECT count(*) FILTER (WHERE growth_index.profile(t) OPERATOR(growth_index.@@) 'money_1 BETWEEN 1000000 AND 400000000 AND money_2 / money_1 >= 0.05 AND NOT dishonest AND industry IN (''C12'', ''C13'', ''C17'', ''C20'', ''C35'', ''C39'') AND count_1 >= 2') FROM bench.wide AS t$$, 3) AS of_row \gset
SELECT bench.ms($$SELECT count(*) FILTER (WHERE growth_index.matches('money_1 BETWEEN 1000000 AND 400000000 AND money_2 / money_1 >= 0.05 AND NOT dishonest AND industry IN (''C12'', ''C13'', ''C17'', ''C20'', ''C35'', ''C39'') AND count_1 >= 2', t)) FROM bench.wide AS t$$, 3) AS record \gset
SELECT bench.line('criteria/profile_of_row', :of_row, :wide_scan);
SELECT bench.line('criteria/record', :record, :wide_scan);
-- ten thousand criteria out of text, checked and brought into canonical form,
-- against one second; and compiled and decided for one profile
CREATE TABLE bench.text (criteria text);
\copy bench.text FROM PROGRAM 'awk -v count=10000 -f bench/policies.awk' WITH (DELIMITER E'\x01')
CREATE TABLE bench.parsed AS SELECT criteria::growth_index.criteria FROM bench.text;
SELECT bench.ms($$SELECT count(criteria::growth_index.criteria) FROM bench.text$$) AS parse \gset
SELECT bench.ms($$SELECT count(growth_index.matches(criteria, profile)) FROM bench.parsed, (SELECT profile FROM bench.profile WHERE id = 1 OFFSET 0) AS p$$) AS compile \gset
SELECT bench.line('criteria/parse_10000', :parse, 1000);
SELECT bench.line('criteria/compile_10000', :compile, 1000);
