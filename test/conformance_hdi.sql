-- The Human Development Index of 24 countries for 2021 (UNDP, Human Development Report 2021/22, table 1) by its
-- technical note 1: goalposts 20..85 years of life, 0..18 and 0..15 years of schooling, the logarithm of income
-- per head between 100 and 75,000 dollars; the mean of the two of schooling; the geometric mean of the three.
-- The table prints its inputs rounded to a decimal or a dollar, and the index was computed before that: so each
-- published index must lie, to its last digit, between the scores of the least and the most that the inputs can be.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = public, growth_index;
SELECT plan(6);

CREATE TABLE country (name text, life numeric, expected numeric, mean numeric, income numeric, published numeric);
INSERT INTO country VALUES ('Switzerland', 84.0, 16.5, 13.9, 66933, 0.962), ('Norway', 83.2, 18.2, 13.0, 64660, 0.961), ('Iceland', 82.7, 19.2, 13.8, 55782, 0.959),
	('Hong Kong', 85.5, 17.3, 12.2, 62607, 0.952), ('Australia', 84.5, 21.1, 12.7, 49238, 0.951), ('Denmark', 81.4, 18.7, 13.0, 60365, 0.948),
	('Sweden', 83.0, 19.4, 12.6, 54489, 0.947), ('Ireland', 82.0, 18.9, 11.6, 76169, 0.945), ('Germany', 80.6, 17.0, 14.1, 54534, 0.942),
	('Netherlands', 81.7, 18.7, 12.6, 55979, 0.941), ('Finland', 82.0, 19.1, 12.9, 49452, 0.940), ('Singapore', 82.8, 16.5, 11.9, 90919, 0.939),
	('Belgium', 81.9, 19.6, 12.4, 52293, 0.937), ('New Zealand', 82.5, 20.3, 12.9, 44057, 0.937), ('Canada', 82.7, 16.4, 13.8, 46808, 0.936),
	('United Kingdom', 80.7, 17.3, 13.4, 45225, 0.929), ('Japan', 84.8, 15.2, 13.4, 42274, 0.925), ('United States', 77.2, 16.3, 13.7, 64765, 0.921),
	('China', 78.2, 14.2, 7.6, 17504, 0.768), ('Brazil', 72.8, 15.6, 8.1, 14370, 0.754), ('India', 67.2, 11.9, 6.7, 6590, 0.633),
	('Niger', 61.6, 7.0, 2.1, 1240, 0.400), ('Chad', 52.5, 8.0, 2.6, 1364, 0.394), ('South Sudan', 55.0, 5.5, 5.7, 768, 0.385);
CREATE TABLE card AS SELECT '{"name": "HDI", "weights": "relative", "total": 1, "digits": {"points": 12, "score": 6}, "aggregate": "geometric",
	"dimensions": [{"code": "health", "weight": 1}, {"code": "education", "weight": 1}, {"code": "living", "weight": 1}],
	"indicators": [{"code": "life", "dimension": "health", "normalise": {"goalposts": [20, 85]}, "weight": 1},
		{"code": "expected", "dimension": "education", "normalise": {"goalposts": [0, 18]}, "weight": 1},
		{"code": "mean", "dimension": "education", "normalise": {"goalposts": [0, 15]}, "weight": 1},
		{"code": "income", "dimension": "living", "normalise": {"goalposts": [100, 75000], "log": true}, "weight": 1}]}'::scorecard AS card;
/* what is known of a country, all inputs moved by so many halves of their last printed unit */
CREATE FUNCTION known(c country, halves integer) RETURNS profile LANGUAGE sql AS $$
	SELECT profile(x) FROM (SELECT c.life + halves * 0.05 AS life, c.expected + halves * 0.05 AS expected, c.mean + halves * 0.05 AS mean, c.income + halves * 0.5 AS income) AS x
$$;
CREATE TABLE result AS SELECT name, published, score(card, known(c, 0)) AS score, score(card, known(c, -1)) AS least, score(card, known(c, 1)) AS most FROM card, country AS c;

SELECT is_empty($$ SELECT name, published, least, most FROM result WHERE NOT published BETWEEN round(least, 3) AND round(most, 3) $$, 'each published index is one that the printed inputs can have');
SELECT cmp_ok((SELECT max(most - least) FROM result), '<', 0.0036, 'the inputs leave no more than that open');
SELECT cmp_ok((SELECT max(abs(score - published)) FROM result), '<=', 0.001, 'none is further away than a unit of the last digit');
SELECT ok((SELECT count(*) FILTER (WHERE round(score, 3) = published) >= 12 FROM result), 'half of them are met to the last digit as they are printed');
SELECT is_empty($$ SELECT a.name, b.name FROM result AS a, result AS b WHERE a.published > b.published AND a.most < b.least $$, 'no two must be in another order than the published one');
/* the same for one country, by the note's own arithmetic in numeric */
SELECT is((SELECT score FROM result WHERE name = 'China'), (SELECT round(power((78.2 - 20) / 65 * ((14.2 / 18 + 7.6 / 15) / 2) * (ln(17504::numeric) - ln(100::numeric)) / (ln(75000::numeric) - ln(100::numeric)), 1 / 3.0), 6)), 'China as the note computes it');
SELECT * FROM finish();
