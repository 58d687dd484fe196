/*
 * The portrait of an enterprise: what it says, and that the picture is a whole
 * document whatever it is given.
 */
SET search_path = growth_index, public;
SELECT plan(49);

/* ---- the picture, from portraits made by hand ---- */
CREATE TEMP TABLE made AS
SELECT '{"credit_code": "91410100MA4XXXXX0P", "name": "中原云帆智能装备有限公司", "name_en": "Zhongyuan Yunfan Co., Ltd.",
	"industry": "C35", "founded": "2015-03-01", "segment": "growth", "tags": ["高新技术企业"],
	"score": 78.42, "rating": "A", "coverage": 0.93, "status": "scored", "as_of": "2025-06-30",
	"rank": {"place": 3, "of": 1200}, "peers": {"count": 800},
	"scorecard": {"code": "innovation", "version": 1, "total": 100, "source": "默认值", "source_en": "a default"},
	"dimensions": [
		{"code": "t", "name": "技术创新", "name_en": "Technology", "points": 30, "possible": 40, "share": 0.75, "peer_median": 0.4},
		{"code": "g", "name": "成长经营", "points": 28.42, "possible": 40, "share": 0.71, "peer_median": 0.5},
		{"code": "a", "name": "辅助", "points": 20, "possible": 20, "share": 1, "peer_median": 0.3}],
	"strengths": [{"code": "rd", "name": "研发强度", "name_en": "R&D intensity", "points": 9, "possible": 9, "share": 1}],
	"gaps": [{"code": "pct", "name": "PCT", "points": 0, "possible": 3, "share": 0}],
	"missing": [],
	"policies": [{"code": "p", "title": "专利授权奖励", "title_en": "Patent grants", "decision": "eligible", "award": 250000.00, "by": "创新发展局"},
		{"code": "q", "title": "上市奖励", "decision": "undecided", "missing": [{"code": "listing_date", "name": "上市日期", "name_en": "Date of listing"}]}],
	"products": [{"code": "r", "title": "高企E贷", "decision": "eligible", "credit": 123456789}],
	"history": [{"date": "2024-12-31", "score": 70.5, "replayed": true}, {"date": "2025-06-30", "score": 78.42}]}'::jsonb AS portrait;

CREATE TEMP TABLE variant AS
SELECT v.name, lang, growth_index.picture(made.portrait || v.patch, lang) AS svg
FROM made, (VALUES ('zh'), ('en')) AS l(lang), (VALUES
	('full', '{}'::jsonb),
	('one dimension', jsonb_build_object('dimensions', jsonb_build_array((SELECT portrait->'dimensions'->0 FROM made)))),
	('no peers', jsonb_build_object('dimensions', (SELECT jsonb_agg(d - 'peer_median') FROM made, jsonb_array_elements(portrait->'dimensions') d))),
	('not scored', '{"score": null, "rating": null, "rank": null, "status": "low_coverage", "dimensions": [], "strengths": [],
		"gaps": [], "history": [], "policies": [], "products": [], "missing": [{"code": "revenue", "name": "营业收入", "name_en": "Revenue"}]}'),
	('long name', jsonb_build_object('name', repeat('郑州高新技术产业开发区', 20), 'name_en', NULL)),
	('markup', jsonb_build_object('name', E'<script>&"''\x01]]>', 'name_en', E'<script>&"''\x01]]>', 'tags', '["<b>&"]'::jsonb)),
	('one point', '{"history": [{"date": "2025-06-30", "score": 0}]}'),
	('nothing', '{"score": null, "rating": null, "dimensions": null, "strengths": null, "gaps": null, "policies": null,
		"products": null, "history": null, "missing": null, "scorecard": null, "rank": null, "peers": null, "tags": null,
		"segment": null, "industry": null, "founded": null, "coverage": null}')) AS v(name, patch);

SELECT ok(svg IS NOT NULL AND xml_is_well_formed_document(svg), format('picture is a document: %s, %s', name, lang))
FROM variant ORDER BY name, lang;

SELECT matches(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="1080"', 'it is an SVG of its own') FROM variant WHERE name = 'full' AND lang = 'zh';
SELECT matches(svg, '>默认值<', 'and where the scorecard comes from') FROM variant WHERE name = 'full' AND lang = 'zh';
SELECT matches(svg, '>a default<', 'in each language') FROM variant WHERE name = 'full' AND lang = 'en';
SELECT matches(svg, '>78.42<', 'it shows the score') FROM variant WHERE name = 'full' AND lang = 'zh';
SELECT matches(svg, '>25 万元<', 'awards in units of ten thousand in Chinese') FROM variant WHERE name = 'full' AND lang = 'zh';
SELECT matches(svg, '>1.23 亿元<', 'and of a hundred million') FROM variant WHERE name = 'full' AND lang = 'zh';
SELECT matches(svg, 'CNY 250,000', 'in yuan in English') FROM variant WHERE name = 'full' AND lang = 'en';
SELECT matches(svg, 'R&amp;D intensity', 'English names where there are') FROM variant WHERE name = 'full' AND lang = 'en';
SELECT matches(svg, 'missing Date of listing', 'an undecided policy says what it lacks') FROM variant WHERE name = 'full' AND lang = 'en';
SELECT doesnt_match(svg, 'class="peer"', 'no peer polygon without medians') FROM variant WHERE name = 'no peers' AND lang = 'zh';
SELECT doesnt_match(svg, 'polygon', 'one dimension is drawn as a bar') FROM variant WHERE name = 'one dimension' AND lang = 'zh';
SELECT matches(svg, '缺少: 营业收入', 'who has no score is told what is missing') FROM variant WHERE name = 'not scored' AND lang = 'zh';
SELECT is((SELECT count(*) FROM regexp_matches(svg, 'class="name small"', 'g')), 3::bigint, 'a long name takes three lines')
FROM variant WHERE name = 'long name' AND lang = 'zh';
SELECT doesnt_match(svg, '<script>|<b>', 'markup in a name stays text') FROM variant WHERE name = 'markup' AND lang = 'zh';
SELECT is(growth_index.picture(NULL, 'zh'), NULL, 'nothing to draw');

/* ---- the portrait, from tables ---- */
INSERT INTO department (code) VALUES ('d');
INSERT INTO indicator (code, department) VALUES ('a', 'd'), ('b', 'd');
SELECT add_scorecard('innovation', '{"name": "two", "dimensions": [{"code": "x", "name": "X"}, {"code": "y", "name": "Y", "name_en": "Why"}],
	"indicators": [
		{"code": "a", "dimension": "x", "normalise": {"linear": [0, 10]}, "weight": 60, "missing": "undecided"},
		{"code": "b", "dimension": "y", "normalise": {"linear": [0, 10]}, "weight": 40, "missing": "zero"}],
	"ratings": [{"grade": "A", "from": 70}, {"grade": "C", "from": 0}]}') AS version \gset
INSERT INTO enterprise (credit_code, name)
SELECT credit_code_complete('9141010' || i || 'MA4000000'), 'enterprise ' || i FROM generate_series(0, 3) AS i;
INSERT INTO upload
SELECT credit_code::text, v.code, v.value, '2024-12-31', 'd'
FROM enterprise, (VALUES ('enterprise 0', 'a', '9'), ('enterprise 0', 'b', '2'), ('enterprise 1', 'a', '5'), ('enterprise 1', 'b', '6'),
	('enterprise 2', 'b', '6')) AS v(name, code, value)
WHERE enterprise.name = v.name;
INSERT INTO upload
SELECT credit_code::text, 'a', '3', '2023-12-31', 'd' FROM enterprise WHERE name = 'enterprise 0';

SELECT is(portrait(credit_code)->>'status', 'pending', 'before a refresh the portrait is pending') FROM enterprise WHERE name = 'enterprise 0';
CALL refresh();
CREATE TEMP TABLE seen AS SELECT name, portrait(credit_code) AS p FROM enterprise;

SELECT is(p->>'score', '62.00', 'score') FROM seen WHERE name = 'enterprise 0';
SELECT is(p->'rank', '{"place": 1, "of": 2}', 'rank') FROM seen WHERE name = 'enterprise 0';
SELECT is(p#>'{dimensions,0,peer_median}', '0.7000', 'the peers'' median lies between the two') FROM seen WHERE name = 'enterprise 0';
SELECT is(p#>'{dimensions,0,peer_percentile}', '100', 'of them nobody has more') FROM seen WHERE name = 'enterprise 0';
SELECT is(p#>'{dimensions,0,peer_percentile}', '50', 'of the other half has no more') FROM seen WHERE name = 'enterprise 1';
SELECT is(refresh_peers(), 1::bigint, 'one group of peers is kept');
SELECT is(refresh_peers('1 hour'), 0::bigint, 'for the hour');
SELECT is((SELECT jsonb_agg(portrait(credit_code) ORDER BY name) FROM enterprise), (SELECT jsonb_agg(p ORDER BY name) FROM seen), 'which changes no portrait');
SELECT results_eq($$SELECT s->>'code' FROM seen, jsonb_array_elements(p->'strengths') s WHERE name = 'enterprise 0'$$,
	ARRAY['a'], 'strength: where most of the points are reached');
SELECT results_eq($$SELECT s->>'code' FROM seen, jsonb_array_elements(p->'gaps') s WHERE name = 'enterprise 0'$$,
	ARRAY['b'], 'gap: where points are left');
SELECT is(p#>>'{dimensions,1,name_en}', 'Why', 'English name of a dimension') FROM seen WHERE name = 'enterprise 0';
SELECT results_eq($$SELECT h->>'date', h->>'score' FROM seen, jsonb_array_elements(p->'history') h WHERE name = 'enterprise 0' AND h ? 'replayed'$$,
	$$VALUES ('2023-12-31', '18.00'), ('2024-12-31', '62.00')$$, 'earlier period ends are replayed with what was known of them');
SELECT is(p->>'status', 'undecided', 'a decisive indicator is missing') FROM seen WHERE name = 'enterprise 2';
SELECT is(p#>>'{missing,0,code}', 'a', 'which one') FROM seen WHERE name = 'enterprise 2';
SELECT is(portrait(credit_code_complete('91410109MA4000000')), NULL, 'no enterprise, no portrait');
SELECT is(count(*) FILTER (WHERE xml_is_well_formed_document(portrait_svg(credit_code))), 4::bigint, 'each has a picture') FROM enterprise;
SELECT throws_ok($$SELECT portrait_svg(credit_code, 'fr') FROM enterprise$$, '22023', 'there is no portrait in language "fr"');
SELECT * FROM finish();
