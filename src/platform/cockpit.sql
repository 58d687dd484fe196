/*
 * Cockpit (驾驶舱): the zone on one page.  cockpit() reads the tables and views;
 * the page is made from that JSON alone, and needs no script and no other file.
 */
CREATE FUNCTION growth_index.cockpit_word(lang text, word text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT w->>(CASE WHEN lang = 'en' THEN 1 ELSE 0 END)
	FROM (SELECT '{
		"title": ["企业创新指数驾驶舱", "Enterprise index cockpit"], "as_of": ["数据截至", "as of"], "scorecard": ["评分卡", "Scorecard"],
		"certified_enterprises": ["认证企业", "Certified enterprises"], "rated_enterprises": ["评级企业", "Rated enterprises"],
		"scored_enterprises": ["创新积分企业", "Scored enterprises"], "institutions": ["金融机构", "Financial institutions"],
		"financing_total": ["股权与债权融资", "Equity and debt raised"], "awards_amount": ["免申即享兑现", "Paid without application"],
		"awards": ["免申即享笔数", "Benefits without application"], "payments_amount": ["政策兑现总额", "All policy payments"],
		"of_which_equity": ["其中股权", "of which equity"], "enterprises": ["家企业", "enterprises"], "payments": ["笔", "payments"],
		"ratings": ["评级分布", "Ratings"], "ratings_note": ["各等级企业数", "Enterprises by grade"],
		"industries": ["行业积分", "Score by industry"], "industries_note": ["平均积分，家数最多的行业", "Average score; the industries with most enterprises"],
		"benefits": ["政策兑现", "Benefits paid"], "financing": ["融资", "Financing"], "months": ["近 12 个月", "last 12 months"],
		"equity": ["股权", "equity"], "debt": ["债权", "debt"], "policies": ["政策触达", "Reach of policies"],
		"policies_note": ["符合条件的企业与预计金额", "Eligible enterprises and expected amount"],
		"freshness": ["数据新鲜度", "Freshness of data"], "department": ["部门", "Department"], "indicators": ["指标", "Indicators"],
		"last_upload": ["最近报送", "Last upload"], "accepted": ["30 天入库", "Accepted, 30 days"], "refused": ["30 天退回", "Refused, 30 days"],
		"never": ["从未", "never"], "coverage": ["缺口最大的指标", "Indicators least known"], "coverage_note": ["评分卡所用指标，有数据的企业占比", "Of those that the scorecard reads: share of enterprises of which they are known"],
		"backlog": ["待刷新企业", "Waiting for a refresh"], "lag": ["最长等待", "Longest wait"], "last_refresh": ["最近刷新", "Last refresh"],
		"set_aside": ["刷新出错企业", "Set aside with an error"], "objections": ["待答复数据异议", "Objections to data, open"],
		"none": ["暂无数据", "No data yet"], "rest": ["其他行业", "other industries"], "unknown": ["行业未知", "industry unknown"],
		"unit": ["单位", "in"], "total": ["合计", "total"], "minutes": ["分钟", "min"], "hours": ["小时", "hours"], "days": ["天", "days"], "eligible": ["家符合", "eligible"]
	}'::jsonb->word AS w) AS dictionary), word)
$$;

CREATE FUNCTION growth_index.cockpit_scores(scorecard text, OUT ratings jsonb, OUT industries jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH industry AS (
		SELECT t.industry, sum(t.enterprises) AS enterprises, round(sum(t.points) / sum(t.enterprises), 1) AS average
		FROM growth_index.score_tally AS t
		WHERE t.scorecard = cockpit_scores.scorecard
		GROUP BY t.industry HAVING sum(t.enterprises) <> 0
	), ranked AS (
		SELECT *, row_number() OVER (ORDER BY enterprises DESC, industry) AS place FROM industry
	)
	SELECT (SELECT jsonb_agg(jsonb_build_object('rating', r.rating::text, 'enterprises', r.enterprises, 'share', r.share) ORDER BY r.rating USING OPERATOR(growth_index.>))
			FROM growth_index.rating_distribution AS r WHERE r.scorecard = cockpit_scores.scorecard),
		(SELECT jsonb_agg(jsonb_build_object('industry', i.industry, 'enterprises', i.enterprises, 'average', i.average) ORDER BY i.average DESC, i.place)
			FROM ranked AS i WHERE i.place <= 12)
$$;

CREATE FUNCTION growth_index.cockpit_money(as_of date, OUT benefits jsonb, OUT financing jsonb, OUT policies jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
	/* each table is read once, not once a month */
	WITH month AS (
		SELECT m::date AS first, to_char(m, 'YYYY-MM') AS name
		FROM generate_series(date_trunc('month', as_of) - interval '11 months', date_trunc('month', as_of), '1 month') AS m
	), year AS (
		SELECT min(m.first) AS first, (max(m.first) + interval '1 month')::date AS next FROM month AS m
	)
	SELECT
		(SELECT jsonb_agg(jsonb_build_object('month', m.name, 'amount', coalesce(p.amount, 0), 'payments', coalesce(p.payments, 0)) ORDER BY m.first)
			FROM month AS m
				LEFT JOIN (SELECT date_trunc('month', q.paid_on)::date AS first, sum(q.amount) AS amount, count(*) AS payments
					FROM growth_index.payment_standing AS q
						JOIN growth_index.entitlement AS e ON e.id = q.entitlement_id AND e.state <> 'clawed_back'
					WHERE q.paid_on >= (SELECT y.first FROM year AS y) AND q.paid_on < (SELECT y.next FROM year AS y)
					GROUP BY 1) AS p ON p.first = m.first),
		(SELECT jsonb_agg(jsonb_build_object('month', m.name, 'equity', coalesce(f.equity, 0), 'debt', coalesce(f.debt, 0)) ORDER BY m.first)
			FROM month AS m
				LEFT JOIN (SELECT date_trunc('month', e.happened_on)::date AS first, sum(e.amount) FILTER (WHERE e.kind = 'equity') AS equity,
						sum(e.amount) FILTER (WHERE e.kind = 'debt') AS debt
					FROM growth_index.financing_event AS e
					WHERE e.happened_on >= (SELECT y.first FROM year AS y) AND e.happened_on < (SELECT y.next FROM year AS y)
					GROUP BY 1) AS f ON f.first = m.first),
		(SELECT jsonb_agg(to_jsonb(r) ORDER BY r.eligible DESC, r.policy)
			FROM (SELECT p.policy, p.title_zh, p.title_en, p.eligible, p.undecided, p.award_total
				FROM growth_index.policy_reach AS p ORDER BY p.eligible DESC, p.policy LIMIT 8) AS r)
$$;

CREATE FUNCTION growth_index.cockpit_data(OUT departments jsonb, OUT coverage jsonb, OUT freshness jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH card AS (SELECT v.card FROM growth_index.scorecard_version AS v WHERE v.active AND v.code = growth_index.matching_scorecard())
	SELECT
		(SELECT jsonb_agg(jsonb_build_object('code', d.code, 'name', d.name_zh, 'name_en', d.name_en, 'indicators', i.indicators,
				'last_upload', u.last_upload, 'accepted', coalesce(u.accepted, 0), 'refused', coalesce(u.refused, 0)) ORDER BY i.indicators DESC, d.code)
			FROM growth_index.department AS d
				JOIN (SELECT department, count(*) AS indicators FROM growth_index.indicator GROUP BY department) AS i ON i.department = d.code
				LEFT JOIN (SELECT department, max(received_at) AS last_upload,
						sum(accepted) FILTER (WHERE received_at > now() - interval '30 days') AS accepted,
						sum(refused) FILTER (WHERE received_at > now() - interval '30 days') AS refused
					FROM growth_index.upload_receipt GROUP BY department) AS u ON u.department = d.code),
		(SELECT jsonb_agg(jsonb_build_object('code', q.indicator, 'name', q.name_zh, 'name_en', q.name_en, 'coverage', q.coverage) ORDER BY q.coverage, q.indicator)
			FROM (SELECT q.* FROM growth_index.data_quality AS q
				/* what the scorecard reads, and does not count as zero where it is not known */
				WHERE q.coverage IS NOT NULL AND (q.indicator IN (SELECT unnest(growth_index.indicators(c.card)) FROM card AS c) OR NOT EXISTS (SELECT FROM card))
					AND q.indicator NOT IN (SELECT i ->> 'code' FROM card AS c, jsonb_array_elements(c.card::jsonb -> 'indicators') AS i WHERE i ->> 'missing' = 'zero')
					AND q.indicator NOT IN (SELECT i.code FROM growth_index.indicator AS i WHERE i.data_type = 'boolean')
				ORDER BY q.coverage, q.indicator LIMIT 10) AS q),
		(SELECT jsonb_build_object('backlog', q.backlog, 'lag', extract(epoch FROM clock_timestamp() - q.since),
				'last_refresh', (SELECT max(r.finished_at) FROM growth_index.refresh_run AS r),
				'set_aside', (SELECT count(*) FROM growth_index.refresh_error),
				'objections', (SELECT count(*) FROM growth_index.data_objection WHERE state = 'open'))
			FROM (SELECT count(*) AS backlog, min(r.since) AS since
				FROM (SELECT min(w.queued_at) AS since FROM growth_index.refresh_queue AS w GROUP BY w.credit_code) AS r) AS q)
$$;

CREATE FUNCTION growth_index.cockpit() RETURNS jsonb
LANGUAGE sql STABLE COST 1000000 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_build_object('generated_at', date_trunc('second', clock_timestamp()), 'as_of', current_date,
		'scorecard', (SELECT jsonb_build_object('code', c.code, 'version', c.version, 'name', c.card::jsonb -> 'name',
				'name_en', c.card::jsonb -> 'name_en', 'source', c.card::jsonb -> 'source', 'source_en', c.card::jsonb -> 'source_en', 'total', coalesce(c.card::jsonb -> 'total', '100'))
			FROM growth_index.scorecard_version AS c WHERE c.code = growth_index.matching_scorecard() AND c.active),
		'headline', (SELECT to_jsonb(h) FROM growth_index.headline AS h))
		|| (SELECT to_jsonb(s) FROM growth_index.cockpit_scores(growth_index.matching_scorecard()) AS s)
		|| (SELECT to_jsonb(m) FROM growth_index.cockpit_money(current_date) AS m)
		|| (SELECT to_jsonb(d) FROM growth_index.cockpit_data() AS d)
$$;

/* so many of a thing: one enterprise, two enterprises */
CREATE FUNCTION growth_index.cockpit_count(lang text, n numeric, word text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT to_char(n, 'FM999,999,999,990') || ' ' || CASE WHEN lang = 'en' AND n = 1 THEN rtrim(growth_index.cockpit_word(lang, word), 's')
		ELSE growth_index.cockpit_word(lang, word) END
$$;

/* a time in the largest unit of which it has two */
CREATE FUNCTION growth_index.cockpit_wait(lang text, seconds numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN seconds >= 172800 THEN floor(seconds / 86400) || ' ' || growth_index.cockpit_word(lang, 'days')
		WHEN seconds >= 7200 THEN floor(seconds / 3600) || ' ' || growth_index.cockpit_word(lang, 'hours')
		ELSE ceil(seconds / 60) || ' ' || growth_index.cockpit_word(lang, 'minutes') END
$$;

CREATE FUNCTION growth_index.cockpit_amount(lang text, amount numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN lang = 'en' AND amount >= 1e9 THEN 'CNY ' || to_char(amount / 1e9, 'FM999,990.00') || ' bn'
		WHEN lang = 'en' AND amount >= 1e6 THEN 'CNY ' || to_char(amount / 1e6, 'FM999,990.0') || ' m'
		WHEN lang = 'en' THEN 'CNY ' || to_char(round(amount), 'FM999,999,990')
		WHEN amount >= 1e8 THEN to_char(amount / 1e8, 'FM999,999,990.00') || ' 亿元'
		WHEN amount >= 1e4 THEN to_char(amount / 1e4, 'FM999,999,990.0') || ' 万元'
		ELSE to_char(round(amount), 'FM999,999,990') || ' 元' END
$$;

CREATE FUNCTION growth_index.cockpit_tile(label text, figure text, note text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(E'<div class="tile"><span class="label">%s</span><b>%s</b><span class="note">%s</span></div>\n',
		growth_index.picture_escape(label), growth_index.picture_escape(coalesce(figure, '–')), growth_index.picture_escape(coalesce(note, '')))
$$;

CREATE FUNCTION growth_index.cockpit_card(title text, note text, body text, width integer, lang text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(E'<section class="card w%s"><h2>%s</h2><p class="note">%s</p>\n%s</section>\n', width, growth_index.picture_escape(title),
		growth_index.picture_escape(coalesce(note, '')),
		coalesce(nullif(body, ''), '<p class="empty">' || growth_index.cockpit_word(lang, 'none') || '</p>'))
$$;

CREATE FUNCTION growth_index.cockpit_row(label text, share numeric, figure text, colour text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(E'<div class="row"><span>%s</span><i><u style="width:%s%%;background:%s"></u></i><em>%s</em></div>\n',
		growth_index.picture_escape(label), round(100 * least(greatest(coalesce(share, 0), 0), 1), 1), colour,
		/* a figure goes to the next line between its parts, not within one */
		replace(replace(growth_index.picture_escape(figure), ' ', '&#160;'), '&#160;·&#160;', '&#160;· '))
$$;

CREATE FUNCTION growth_index.cockpit_column(heights numeric[], colours text[], top text, foot text, hint text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(E'<div class="column" title="%s"><span>%s</span>%s<small>%s</small></div>\n',
		growth_index.picture_escape(hint), growth_index.picture_escape(top),
		(SELECT string_agg(format('<u style="height:%spx;background:%s"></u>', CASE WHEN h > 0 THEN greatest(round(150 * h), 2) ELSE 0 END, colours[i]), '' ORDER BY i DESC)
			FROM unnest(heights) WITH ORDINALITY AS e(h, i)),
		growth_index.picture_escape(foot))
$$;

/* months as columns, one unit for all: yuan, 10,000 or 100 million (million, billion in English) */
CREATE FUNCTION growth_index.cockpit_months(months jsonb, parts text[], colours text[], lang text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	most	numeric;
	total	numeric;
	unit	numeric;
	name	text;
	result	text;
BEGIN
	SELECT max(s.amount), sum(s.amount) INTO most, total
	FROM jsonb_array_elements(months) AS m, LATERAL (SELECT sum((m ->> p)::numeric) AS amount FROM unnest(parts) AS p) AS s;
	IF coalesce(total, 0) = 0 THEN
		RETURN NULL;
	END IF;
	unit := CASE WHEN lang = 'en' THEN CASE WHEN most >= 1e9 THEN 1e9 WHEN most >= 1e5 THEN 1e6 ELSE 1 END
		ELSE CASE WHEN most >= 1e8 THEN 1e8 WHEN most >= 1e4 THEN 1e4 ELSE 1 END END;
	name := CASE unit WHEN 1e9 THEN 'CNY bn' WHEN 1e6 THEN 'CNY m' WHEN 1e8 THEN '亿元' WHEN 1e4 THEN '万元' ELSE CASE lang WHEN 'en' THEN 'CNY' ELSE '元' END END;
	SELECT string_agg(growth_index.cockpit_column(s.heights, colours, CASE WHEN s.amount > 0 THEN to_char(s.amount / unit,
				CASE WHEN s.amount / unit >= 100 THEN 'FM999,999,990' WHEN s.amount / unit >= 10 THEN 'FM990.0' ELSE 'FM990.00' END) ELSE '' END,
			substr(m ->> 'month', 3), (m ->> 'month') || ' ' || growth_index.cockpit_amount(lang, s.amount)), '' ORDER BY n)
		INTO result
	FROM jsonb_array_elements(months) WITH ORDINALITY AS e(m, n),
		LATERAL (SELECT sum((m ->> p)::numeric) AS amount, array_agg((m ->> p)::numeric / most ORDER BY i) AS heights
			FROM unnest(parts) WITH ORDINALITY AS q(p, i)) AS s;
	RETURN format(E'<div class="columns">%s</div><p class="note">%s</p>\n', result, concat_ws('  ·  ',
		growth_index.cockpit_word(lang, 'unit') || ' ' || name,
		growth_index.cockpit_word(lang, 'total') || ' ' || growth_index.cockpit_amount(lang, total),
		CASE WHEN cardinality(parts) > 1 THEN (SELECT string_agg(format('<b style="color:%s">■</b> %s', colours[i], growth_index.cockpit_word(lang, p)), ' ' ORDER BY i)
			FROM unnest(parts) WITH ORDINALITY AS q(p, i)) END));
END
$$;

CREATE FUNCTION growth_index.cockpit_tiles(headline jsonb, lang text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT '<div class="tiles">' || string_agg(growth_index.cockpit_tile(growth_index.cockpit_word(lang, t.word), t.figure, t.note), '' ORDER BY t.n) || E'</div>\n'
	FROM (SELECT headline AS h) AS head, LATERAL (VALUES
		(1, 'certified_enterprises', to_char((h ->> 'certified_enterprises')::bigint, 'FM999,999,990'), NULL),
		(2, 'rated_enterprises', to_char((h ->> 'rated_enterprises')::bigint, 'FM999,999,990'), NULL),
		(3, 'scored_enterprises', to_char((h ->> 'scored_enterprises')::bigint, 'FM999,999,990'), NULL),
		(4, 'institutions', to_char((h ->> 'institutions')::bigint, 'FM999,999,990'), NULL),
		(5, 'financing_total', growth_index.cockpit_amount(lang, (h ->> 'financing_total')::numeric),
			growth_index.cockpit_word(lang, 'of_which_equity') || ' ' || growth_index.cockpit_amount(lang, (h ->> 'equity_raised')::numeric)),
		(6, 'awards_amount', growth_index.cockpit_amount(lang, (h ->> 'awards_amount')::numeric),
			growth_index.cockpit_count(lang, (h ->> 'award_enterprises')::numeric, 'enterprises')),
		(7, 'awards', to_char((h ->> 'awards')::bigint, 'FM999,999,990'), NULL),
		(8, 'payments_amount', growth_index.cockpit_amount(lang, (h ->> 'payments_amount')::numeric),
			growth_index.cockpit_count(lang, (h ->> 'payments')::numeric, 'payments'))
	) AS t(n, word, figure, note)
$$;

/* columns, or rows where there are too many grades for figures to stand beside each other */
CREATE FUNCTION growth_index.cockpit_ratings(ratings jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN jsonb_array_length(ratings) > 10 THEN string_agg(growth_index.cockpit_row(g.rating, g.height, g.figure || ' · ' || g.share, g.colour), '' ORDER BY g.n)
		ELSE '<div class="columns">' || string_agg(growth_index.cockpit_column(ARRAY[g.height], ARRAY[g.colour], g.figure, g.rating, g.share), '' ORDER BY g.n) || '</div>' END
	FROM (SELECT n, r ->> 'rating' AS rating, (r ->> 'enterprises')::numeric / max((r ->> 'enterprises')::numeric) OVER () AS height,
			to_char((r ->> 'enterprises')::bigint, 'FM999,999,990') AS figure, to_char(100 * (r ->> 'share')::numeric, 'FM990.0') || ' %' AS share,
			growth_index.picture_colour(r ->> 'rating') AS colour
		FROM jsonb_array_elements(ratings) WITH ORDINALITY AS e(r, n)) AS g
$$;

CREATE FUNCTION growth_index.cockpit_cards(cockpit jsonb, lang text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT growth_index.cockpit_card(growth_index.cockpit_word(lang, 'ratings'), growth_index.cockpit_word(lang, 'ratings_note'),
		growth_index.cockpit_ratings(growth_index.picture_list(cockpit, 'ratings')), 6, lang)
	|| growth_index.cockpit_card(growth_index.cockpit_word(lang, 'policies'), growth_index.cockpit_word(lang, 'policies_note'),
		(SELECT string_agg(growth_index.cockpit_row(coalesce(CASE lang WHEN 'en' THEN p ->> 'title_en' END, p ->> 'title_zh', p ->> 'policy'),
				(p ->> 'eligible')::numeric / nullif(m.most, 0), to_char((p ->> 'eligible')::bigint, 'FM999,999,990') || ' '
					|| growth_index.cockpit_word(lang, 'eligible') || ' · ' || growth_index.cockpit_amount(lang, (p ->> 'award_total')::numeric), '#0f766e'), '' ORDER BY n)
		FROM jsonb_array_elements(growth_index.picture_list(cockpit, 'policies')) WITH ORDINALITY AS e(p, n),
			(SELECT max((x ->> 'eligible')::numeric) AS most FROM jsonb_array_elements(growth_index.picture_list(cockpit, 'policies')) AS x) AS m), 6, lang)
	|| growth_index.cockpit_card(growth_index.cockpit_word(lang, 'benefits'), growth_index.cockpit_word(lang, 'months'),
		growth_index.cockpit_months(growth_index.picture_list(cockpit, 'benefits'), '{amount}', '{#0f766e}', lang), 6, lang)
	|| growth_index.cockpit_card(growth_index.cockpit_word(lang, 'financing'), growth_index.cockpit_word(lang, 'months'),
		growth_index.cockpit_months(growth_index.picture_list(cockpit, 'financing'), '{equity,debt}', '{#2563eb,#93c5fd}', lang), 6, lang)
	|| growth_index.cockpit_card(growth_index.cockpit_word(lang, 'industries'), growth_index.cockpit_word(lang, 'industries_note'),
		(SELECT string_agg(growth_index.cockpit_row(coalesce(growth_index.picture_industry(lang, i ->> 'industry'), growth_index.cockpit_word(lang, 'unknown')),
				(i ->> 'average')::numeric / coalesce((cockpit #>> '{scorecard,total}')::numeric, 100),
				(i ->> 'average') || ' · ' || growth_index.cockpit_count(lang, (i ->> 'enterprises')::numeric, 'enterprises'), '#2563eb'), '' ORDER BY n)
		FROM jsonb_array_elements(growth_index.picture_list(cockpit, 'industries')) WITH ORDINALITY AS e(i, n)), 6, lang)
	|| growth_index.cockpit_card(growth_index.cockpit_word(lang, 'coverage'), growth_index.cockpit_word(lang, 'coverage_note'),
		(SELECT string_agg(growth_index.cockpit_row(growth_index.picture_name(lang, c), (c ->> 'coverage')::numeric,
				to_char(100 * (c ->> 'coverage')::numeric, 'FM990.0') || ' %', '#d97706'), '' ORDER BY n)
		FROM jsonb_array_elements(growth_index.picture_list(cockpit, 'coverage')) WITH ORDINALITY AS e(c, n)), 6, lang)
	|| growth_index.cockpit_card(growth_index.cockpit_word(lang, 'freshness'), NULL, growth_index.cockpit_freshness(cockpit, lang), 12, lang)
$$;

CREATE FUNCTION growth_index.cockpit_freshness(cockpit jsonb, lang text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT '<div class="tiles small">' || (SELECT string_agg(growth_index.cockpit_tile(growth_index.cockpit_word(lang, t.word), t.figure, NULL), '' ORDER BY t.n)
		FROM (SELECT cockpit -> 'freshness' AS f) AS x, LATERAL (VALUES
			(1, 'backlog', to_char((f ->> 'backlog')::bigint, 'FM999,999,990')), (2, 'lag', growth_index.cockpit_wait(lang, (f ->> 'lag')::numeric)),
			(3, 'last_refresh', translate(left(f ->> 'last_refresh', 16), 'T', ' ')),
			(4, 'set_aside', to_char((f ->> 'set_aside')::bigint, 'FM999,999,990')), (5, 'objections', to_char((f ->> 'objections')::bigint, 'FM999,999,990'))
		) AS t(n, word, figure)) || E'</div>\n'
	|| coalesce((SELECT format('<table><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr>', growth_index.cockpit_word(lang, 'department'),
			growth_index.cockpit_word(lang, 'indicators'), growth_index.cockpit_word(lang, 'last_upload'),
			growth_index.cockpit_word(lang, 'accepted'), growth_index.cockpit_word(lang, 'refused'))
		|| string_agg(format(E'<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n', growth_index.picture_escape(growth_index.picture_name(lang, d)),
			d ->> 'indicators', coalesce(translate(left(d ->> 'last_upload', 16), 'T', ' '), growth_index.cockpit_word(lang, 'never')),
			to_char((d ->> 'accepted')::bigint, 'FM999,999,999,990'), to_char((d ->> 'refused')::bigint, 'FM999,999,999,990')), '' ORDER BY n) || '</table>'
		FROM jsonb_array_elements(growth_index.picture_list(cockpit, 'departments')) WITH ORDINALITY AS e(d, n)), '')
$$;

CREATE FUNCTION growth_index.cockpit_page(cockpit jsonb, lang text, zone text DEFAULT NULL) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format($html$<!DOCTYPE html>
<html lang="%1$s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%2$s</title>
<style>
* { box-sizing: border-box; }
body { margin: 0; background: #f1f5f9; color: #0f172a; font: 14px/1.5 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Zen Hei', system-ui, sans-serif; overflow-wrap: anywhere; }
header { background: #0f2a4a; color: #fff; padding: 26px 20px; }
header h1 { margin: 0 auto; max-width: 1200px; font-size: 26px; line-height: 1.3; }
header p { margin: 4px auto 0; max-width: 1200px; color: #b6c6dc; }
main { max-width: 1240px; margin: 0 auto; padding: 20px; display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 16px; }
.tiles { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 16px; }
.tiles.small { grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 12px; margin-bottom: 16px; }
.tile { background: #fff; border: 1px solid #e2e8f0; border-radius: 12px; padding: 16px 20px; display: flex; flex-direction: column; }
.small .tile { background: #f8fafc; padding: 10px 14px; }
.tile b { font-size: 27px; line-height: 1.35; font-variant-numeric: tabular-nums; }
.small .tile b { font-size: 17px; }
.small .note { display: none; }
.label { color: #475569; }
.note { color: #64748b; font-size: 12.5px; margin: 0; min-height: 1.5em; }
.card { background: #fff; border: 1px solid #e2e8f0; border-radius: 12px; padding: 20px 24px; grid-column: span 6; min-width: 0; }
.w12 { grid-column: 1 / -1; }
h2 { font-size: 17px; margin: 0; }
.card > .note { margin-bottom: 12px; }
.row { display: grid; grid-template-columns: 38%% minmax(0, 1fr) 34%%; gap: 12px; align-items: center; padding: 4px 0; }
.row i { height: 10px; background: #f1f5f9; border-radius: 5px; overflow: hidden; }
.row u { display: block; height: 100%%; border-radius: 5px; }
.row em { font-style: normal; text-align: right; color: #334155; font-variant-numeric: tabular-nums; word-break: keep-all; overflow-wrap: normal; }
.columns { display: flex; gap: 6px; align-items: flex-end; min-height: 200px; border-bottom: 0; }
.column { flex: 1 1 0; min-width: 0; display: flex; flex-direction: column; align-items: center; justify-content: flex-end; overflow-wrap: normal; }
.column u { width: 100%%; max-width: 46px; }
.column u:first-of-type { border-radius: 4px 4px 0 0; }
.column span { font-size: 11.5px; color: #334155; font-variant-numeric: tabular-nums; white-space: nowrap; }
.column small { color: #64748b; border-top: 1px solid #cbd5e1; width: 100%%; text-align: center; padding-top: 4px; white-space: nowrap; font-size: 11.5px; }
table { width: 100%%; border-collapse: collapse; }
th { text-align: left; color: #64748b; font-weight: 500; }
th, td { padding: 7px 10px; border-bottom: 1px solid #e2e8f0; font-variant-numeric: tabular-nums; }
th + th, td + td { text-align: right; }
.empty { color: #94a3b8; text-align: center; padding: 60px 0; margin: 0; }
footer { max-width: 1240px; margin: 0 auto; padding: 4px 24px 28px; color: #64748b; font-size: 12.5px; }
@media (max-width: 800px) { .card { grid-column: 1 / -1; } .tiles, .tiles.small { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
</style></head>
<body><header><h1>%2$s</h1><p>%3$s</p></header>
<main>
%4$s%5$s</main>
<footer>%6$s</footer></body></html>
$html$, lang,
		growth_index.picture_escape(coalesce(zone || ' · ', '') || growth_index.cockpit_word(lang, 'title')),
		growth_index.picture_escape(growth_index.cockpit_word(lang, 'as_of') || ' ' || coalesce(translate(left(cockpit ->> 'generated_at', 16), 'T', ' '), '–')),
		growth_index.cockpit_tiles(coalesce(cockpit -> 'headline', '{}'), lang), growth_index.cockpit_cards(cockpit, lang),
		growth_index.picture_escape(concat_ws('  ·  ', growth_index.cockpit_word(lang, 'scorecard') || ' '
			|| coalesce(CASE lang WHEN 'en' THEN cockpit #>> '{scorecard,name_en}' END, cockpit #>> '{scorecard,name}', cockpit #>> '{scorecard,code}')
			|| ' v' || (cockpit #>> '{scorecard,version}'), coalesce(CASE lang WHEN 'en' THEN cockpit #>> '{scorecard,source_en}' END, cockpit #>> '{scorecard,source}'))))
$$;

CREATE FUNCTION growth_index.cockpit_html(lang text DEFAULT 'zh', zone text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE COST 1000000 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF lang IS NULL OR lang NOT IN ('zh', 'en') THEN
		RAISE EXCEPTION 'there is no cockpit in language "%"', lang
			USING ERRCODE = 'invalid_parameter_value', HINT = 'The languages are zh and en.';
	END IF;
	RETURN growth_index.cockpit_page(growth_index.cockpit(), lang, zone);
END
$$;

COMMENT ON FUNCTION growth_index.cockpit() IS
'The zone as one JSON object: headline (as the view), ratings, industries (average score of the twelve with most enterprises), benefits and financing of the last twelve months (in yuan), policies and whom they reach, departments with their last upload, the ten indicators least known, and freshness (backlog, lag in seconds, last refresh). It shows what the caller may see; an analyst or admin sees all.';
COMMENT ON FUNCTION growth_index.cockpit_html(text, text) IS
'The cockpit as one HTML page that needs no other file, in Chinese (zh) or English (en); zone is a name for its title. Error 22023 for another language.';
COMMENT ON FUNCTION growth_index.cockpit_page(jsonb, text, text) IS 'Internal: the page from what cockpit() returns. Reads nothing but its arguments.';
COMMENT ON FUNCTION growth_index.cockpit_word(text, text) IS 'Internal: a word of the page in a language; itself where there is none.';
COMMENT ON FUNCTION growth_index.cockpit_scores(text) IS 'Internal: ratings and industries of the cockpit.';
COMMENT ON FUNCTION growth_index.cockpit_money(date) IS 'Internal: benefits, financing and policies of the cockpit.';
COMMENT ON FUNCTION growth_index.cockpit_data() IS 'Internal: departments, coverage and freshness of the cockpit.';
COMMENT ON FUNCTION growth_index.cockpit_count(text, numeric, text) IS 'Internal: a number of things, in words.';
COMMENT ON FUNCTION growth_index.cockpit_wait(text, numeric) IS 'Internal: seconds, in minutes, hours or days.';
COMMENT ON FUNCTION growth_index.cockpit_amount(text, numeric) IS 'Internal: an amount of yuan, short.';
COMMENT ON FUNCTION growth_index.cockpit_tile(text, text, text) IS 'Internal: a figure.';
COMMENT ON FUNCTION growth_index.cockpit_card(text, text, text, integer, text) IS 'Internal: a panel; says so where it is empty.';
COMMENT ON FUNCTION growth_index.cockpit_row(text, numeric, text, text) IS 'Internal: a bar with its name and figure.';
COMMENT ON FUNCTION growth_index.cockpit_column(numeric[], text[], text, text, text) IS 'Internal: a column of a chart.';
COMMENT ON FUNCTION growth_index.cockpit_months(jsonb, text[], text[], text) IS 'Internal: columns by month; NULL where all are zero.';
COMMENT ON FUNCTION growth_index.cockpit_tiles(jsonb, text) IS 'Internal: the headline figures.';
COMMENT ON FUNCTION growth_index.cockpit_ratings(jsonb) IS 'Internal: enterprises by grade; NULL for none.';
COMMENT ON FUNCTION growth_index.cockpit_cards(jsonb, text) IS 'Internal: all panels.';
COMMENT ON FUNCTION growth_index.cockpit_freshness(jsonb, text) IS 'Internal: the panel of freshness.';
