/*
 * The picture of a portrait: an SVG document drawn from the JSON of portrait()
 * and nothing else.  It needs no font of its own, no script, and no other file.
 */
CREATE FUNCTION growth_index.picture_header(portrait jsonb, lang text, y numeric, OUT body text, OUT height numeric)
RETURNS record
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name text := growth_index.picture_name(lang, portrait);
	big boolean := growth_index.picture_width(name) * 30 <= 610;
	lines text[] := growth_index.picture_lines(name, CASE WHEN big THEN 20.5 ELSE 27 END, 3);
	top numeric := y + CASE cardinality(lines) WHEN 1 THEN 58 WHEN 2 THEN 50 ELSE 42 END;
	step numeric := 32;
	chips text[];
	chip text;
	wide numeric;
	x numeric := 56;
	rating text := portrait->>'rating';
	result text := '';
BEGIN
	FOR i IN 1 .. cardinality(lines) LOOP
		result := result || growth_index.picture_text(56, top + (i - 1) * step,
			CASE WHEN big THEN 'name' ELSE 'name small' END, 'start', lines[i]);
	END LOOP;
	top := top + (cardinality(lines) - 1) * step + 28;
	result := result || growth_index.picture_text(56, top, 'code', 'start', portrait->>'credit_code');

	chips := ARRAY[
		growth_index.picture_industry(lang, portrait->>'industry'),
		coalesce(growth_index.picture_word(lang, portrait->>'segment'), portrait->>'segment'),
		growth_index.picture_word(lang, 'founded') || ' ' || (portrait->>'founded')]
		|| ARRAY(SELECT growth_index.picture_tag(lang, tag) FROM jsonb_array_elements_text(growth_index.picture_list(portrait, 'tags')) AS t(tag));
	top := top + 18;
	FOREACH chip IN ARRAY chips LOOP
		CONTINUE WHEN coalesce(chip, '') = '';
		chip := (growth_index.picture_lines(chip, 25, 1))[1];
		wide := round(growth_index.picture_width(chip) * 13 + 22);
		IF x + wide > 690 THEN
			EXIT WHEN top + 58 > y + 218 OR x = 56;
			top := top + 32;
			x := 56;
		END IF;
		result := result || format(E'<rect x="%s" y="%s" width="%s" height="26" rx="13" class="chip"/>\n', x, top, wide)
			|| growth_index.picture_text(x + wide / 2, top + 17.5, 'chiptext', 'middle', chip);
		x := x + wide + 8;
	END LOOP;

	result := result || format(E'<rect x="892" y="%s" width="132" height="96" rx="14" fill="%s"/>\n',
			y + 24, growth_index.picture_colour(rating))
		|| growth_index.picture_text(958, y + CASE WHEN rating IS NULL THEN 82 ELSE 89 END,
			CASE WHEN rating IS NULL THEN 'badge small' ELSE 'badge' END, 'middle',
			coalesce(rating, growth_index.picture_word(lang, 'not_rated')))
		|| growth_index.picture_text(868, y + 50, 'label', 'end', growth_index.picture_word(lang, 'score'));
	IF portrait->>'score' IS NOT NULL THEN
		result := result || growth_index.picture_text(868, y + 100, 'score', 'end', portrait->>'score')
			|| growth_index.picture_text(868, y + 120, 'label', 'end',
				growth_index.picture_word(lang, 'of') || ' ' || coalesce(portrait#>>'{scorecard,total}', '100'));
	ELSE
		result := result || growth_index.picture_text(868, y + 96, 'score none', 'end',
			growth_index.picture_word(lang, 'not_scored'));
	END IF;
	height := greatest(188, top + 44 - y);
	body := growth_index.picture_panel(32, y, 1016, height, '') || result
		|| growth_index.picture_text(1024, y + 146, 'label', 'end', growth_index.picture_standing(portrait, lang))
		|| growth_index.picture_text(1024, y + 168, 'label', 'end',
			growth_index.picture_word(lang, 'coverage') || ' ' || round(100 * (portrait->>'coverage')::numeric) || ' %');
END
$$;

/* Where the enterprise stands, or why it has no score. */
CREATE FUNCTION growth_index.picture_standing(portrait jsonb, lang text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN portrait->>'score' IS NULL THEN
			growth_index.picture_word(lang, coalesce(nullif(portrait->>'status', 'scored'), 'pending'))
		WHEN portrait#>>'{rank,place}' IS NOT NULL THEN
			growth_index.picture_word(lang, 'rank') || ' '
			|| to_char((portrait#>>'{rank,place}')::integer, 'FM999,999,990') || ' / '
			|| to_char((portrait#>>'{rank,of}')::integer, 'FM999,999,990')
		ELSE ''
	END
$$;

CREATE FUNCTION growth_index.picture_polygon(shares numeric[], cx numeric, cy numeric, radius numeric)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(round(cx + radius * coalesce(share, 0) * sin(a)::numeric, 1) || ','
			|| round(cy - radius * coalesce(share, 0) * cos(a)::numeric, 1), ' ' ORDER BY i)
	FROM unnest(shares) WITH ORDINALITY AS s(share, i),
		LATERAL (SELECT 2 * pi() * (i - 1) / cardinality(shares)) AS angle(a)
$$;

CREATE FUNCTION growth_index.picture_legend(lang text, x numeric, y numeric)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format('<rect x="%s" y="%s" width="14" height="10" rx="2" class="self"/>', x, y - 9)
		|| growth_index.picture_text(x + 20, y, 'label', 'start', growth_index.picture_word(lang, 'this'))
		|| format('<line x1="%1$s" y1="%2$s" x2="%3$s" y2="%2$s" class="peerline"/>', x + 118, y - 4, x + 140)
		|| growth_index.picture_text(x + 144, y, 'label', 'start', growth_index.picture_word(lang, 'median'))
$$;

CREATE FUNCTION growth_index.picture_radar(dimensions jsonb, lang text, cx numeric, cy numeric, radius numeric)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := jsonb_array_length(dimensions);
	own numeric[] := ARRAY(SELECT (d->>'share')::numeric FROM jsonb_array_elements(dimensions) d);
	peer numeric[] := ARRAY(SELECT (d->>'peer_median')::numeric FROM jsonb_array_elements(dimensions) d);
	angle double precision;
	lines text[];
	x numeric;
	y numeric;
	anchor text;
	result text := '';
BEGIN
	FOR ring IN 1 .. 5 LOOP
		result := result || format(E'<polygon points="%s" class="ring"/>\n',
			growth_index.picture_polygon(array_fill(ring / 5.0, ARRAY[n]), cx, cy, radius));
	END LOOP;
	FOR i IN 1 .. n LOOP
		angle := 2 * pi() * (i - 1) / n;
		x := cx + radius * sin(angle)::numeric;
		y := cy - radius * cos(angle)::numeric;
		result := result || format(E'<line x1="%s" y1="%s" x2="%s" y2="%s" class="axis"/>\n',
			cx, cy, round(x, 1), round(y, 1));
		anchor := CASE WHEN abs(sin(angle)) < 0.2 THEN 'middle' WHEN sin(angle) > 0 THEN 'start' ELSE 'end' END;
		lines := growth_index.picture_lines(growth_index.picture_name(lang, dimensions->(i - 1)),
			CASE WHEN anchor = 'middle' THEN 20 ELSE 6.6 END, 2)
			|| coalesce(round(100 * own[i]) || ' %', '–');
		x := cx + (radius + 12) * sin(angle)::numeric;
		y := cy - (radius + 12) * cos(angle)::numeric;
		y := CASE WHEN cos(angle) > 0.9 THEN y - 18 * (cardinality(lines) - 1)
			WHEN cos(angle) < -0.9 THEN y + 14
			ELSE y - 8 * (cardinality(lines) - 1) + 4 END;
		FOR j IN 1 .. cardinality(lines) LOOP
			result := result || growth_index.picture_text(x, y + (j - 1) * 17,
				CASE WHEN j = cardinality(lines) THEN 'value' ELSE 'axisname' END, anchor, lines[j]);
		END LOOP;
	END LOOP;
	IF array_position(peer, NULL) IS NULL THEN
		result := result || format(E'<polygon points="%s" class="peer"/>\n',
			growth_index.picture_polygon(peer, cx, cy, radius));
	END IF;
	result := result || format(E'<polygon points="%s" class="self"/>\n',
		growth_index.picture_polygon(own, cx, cy, radius));
	RETURN result;
END
$$;

CREATE FUNCTION growth_index.picture_bars(dimensions jsonb, lang text, x numeric, y numeric, width numeric, step numeric)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	d jsonb;
	share numeric;
	peer numeric;
	thick numeric := least(14, step / 3);
	result text := '';
BEGIN
	FOR d IN SELECT jsonb_array_elements(dimensions) LOOP
		share := CASE WHEN d->>'share' IS NOT NULL THEN least(greatest((d->>'share')::numeric, 0), 1) END;
		peer := CASE WHEN d->>'peer_median' IS NOT NULL THEN least(greatest((d->>'peer_median')::numeric, 0), 1) END;
		result := result
			|| growth_index.picture_text(x, y, 'axisname', 'start',
				(growth_index.picture_lines(growth_index.picture_name(lang, d), (width - 240) / 14, 1))[1])
			|| growth_index.picture_text(x + width, y, 'value', 'end',
				CASE WHEN share IS NULL THEN growth_index.picture_word(lang, 'no_value')
				ELSE coalesce(growth_index.picture_word(lang, 'percentile') || ' ' || (d->>'peer_percentile') || '  ·  ', '')
					|| round((d->>'points')::numeric, 1) || ' / ' || round((d->>'possible')::numeric, 1) END)
			|| format('<rect x="%s" y="%s" width="%s" height="%s" rx="4" class="track"/>', x, y + 8, width, thick);
		IF share > 0 THEN
			result := result || format('<rect x="%s" y="%s" width="%s" height="%s" rx="4" class="bar"/>',
				x, y + 8, round(width * share, 1), thick);
		END IF;
		IF peer IS NOT NULL THEN
			result := result || format('<line x1="%1$s" y1="%2$s" x2="%1$s" y2="%3$s" class="tick"/>',
				round(x + width * peer, 1), y + 6, y + 10 + thick);
		END IF;
		result := result || E'\n';
		y := y + step;
	END LOOP;
	RETURN result;
END
$$;

CREATE FUNCTION growth_index.picture_history(history jsonb, lang text, x numeric, y numeric, width numeric, height numeric)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	dates text[];
	scores numeric[];
	replayed boolean[];
	n integer;
	low numeric;
	high numeric;
	xs numeric[] := '{}';
	ys numeric[] := '{}';
	result text := '';
BEGIN
	SELECT array_agg(p->>'date' ORDER BY i), array_agg((p->>'score')::numeric ORDER BY i),
			array_agg(coalesce((p->>'replayed')::boolean, false) ORDER BY i), count(*)
		INTO dates, scores, replayed, n
		FROM (SELECT p, i FROM jsonb_array_elements(history) WITH ORDINALITY AS h(p, i)
			WHERE p->>'score' IS NOT NULL ORDER BY i DESC LIMIT 8) AS latest;
	IF n = 0 THEN
		RETURN growth_index.picture_text(x + width / 2, y + height / 2, 'label', 'middle',
			growth_index.picture_word(lang, 'none'));
	END IF;
	SELECT floor((min(s) - 4) / 10) * 10, ceil((max(s) + 4) / 10) * 10 INTO low, high FROM unnest(scores) s;
	FOR g IN 0 .. 2 LOOP
		result := result || format(E'<line x1="%1$s" y1="%2$s" x2="%3$s" y2="%2$s" class="axis"/>\n',
				x + 30, y + height - 24 - g * (height - 40) / 2, x + width)
			|| growth_index.picture_text(x + 22, y + height - 20 - g * (height - 40) / 2, 'label', 'end',
				trim_scale(round(low + g * (high - low) / 2, 1))::text);
	END LOOP;
	FOR i IN 1 .. n LOOP
		xs := xs || round(CASE WHEN n = 1 THEN x + 30 + (width - 30) / 2
			ELSE x + 60 + (width - 96) * (i - 1) / (n - 1) END, 1);
		ys := ys || round(y + height - 24 - (height - 40) * (scores[i] - low) / (high - low), 1);
	END LOOP;
	result := result || format(E'<polyline points="%s" class="line"/>\n',
		(SELECT string_agg(xs[i] || ',' || ys[i], ' ' ORDER BY i) FROM generate_series(1, n) i));
	FOR i IN 1 .. n LOOP
		result := result
			|| format('<circle cx="%s" cy="%s" r="5" class="%s"/>', xs[i], ys[i],
				CASE WHEN replayed[i] THEN 'dot open' ELSE 'dot' END)
			/* beside the last point where the line comes down to it from above */
			|| CASE WHEN i = n AND ys[i] - ys[i - 1] > 12 THEN growth_index.picture_text(xs[i] + 9, ys[i] + 5, 'value', 'start', round(scores[i], 1)::text)
				ELSE growth_index.picture_text(xs[i], ys[i] - 11, 'value over', 'middle', round(scores[i], 1)::text) END
			|| growth_index.picture_text(xs[i], y + height - 5, 'label', 'middle',
				CASE WHEN n > 4 THEN left(dates[i], 7) ELSE dates[i] END);
	END LOOP;
	RETURN result;
END
$$;

/* Rows of a list: the text left, the figure right, a bar where there is a share. */
CREATE FUNCTION growth_index.picture_rows(items jsonb, lang text, x numeric, y numeric, width numeric, step numeric, colour text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	item jsonb;
	share numeric;
	result text := '';
BEGIN
	IF jsonb_array_length(items) = 0 THEN
		RETURN growth_index.picture_text(x, y, 'label', 'start', growth_index.picture_word(lang, 'none'));
	END IF;
	FOR item IN SELECT jsonb_array_elements(items) LOOP
		share := least(greatest((item->>'share')::numeric, 0), 1);
		result := result
			|| growth_index.picture_text(x, y, 'axisname', 'start', (growth_index.picture_lines(item->>'text',
				(width - 24 - growth_index.picture_width(item->>'figure') * 14) / 14, 1))[1])
			|| growth_index.picture_text(x + width, y, coalesce(item->>'class', 'value'), 'end', item->>'figure');
		IF item ? 'share' THEN
			result := result || format('<rect x="%s" y="%s" width="%s" height="6" rx="3" class="track"/>', x, y + 8, width);
			IF share > 0 THEN
				result := result || format('<rect x="%s" y="%s" width="%s" height="6" rx="3" fill="%s"/>',
					x, y + 8, round(width * share, 1), colour);
			END IF;
		END IF;
		IF coalesce(item->>'note', '') <> '' THEN
			result := result || growth_index.picture_text(x, y + 18, 'label', 'start',
				(growth_index.picture_lines(item->>'note', width / 12.5, 1))[1]);
		END IF;
		result := result || E'\n';
		y := y + step;
	END LOOP;
	RETURN result;
END
$$;

/* What an enterprise without a score lacks. */
CREATE FUNCTION growth_index.picture_lacking(missing jsonb, lang text, x numeric, y numeric)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT growth_index.picture_text(x, y, 'axisname', 'start', growth_index.picture_word(lang, 'uncomputed'))
		|| coalesce(string_agg(growth_index.picture_text(x, y + 12 + 20 * i, 'label', 'start', line), '' ORDER BY i), '')
	FROM unnest(growth_index.picture_lines(
			(SELECT growth_index.picture_word(lang, 'missing') || ': '
				|| string_agg(growth_index.picture_name(lang, m), CASE WHEN lang = 'en' THEN ', ' ELSE '、' END ORDER BY n)
			FROM jsonb_array_elements(missing) WITH ORDINALITY AS e(m, n)
			WHERE coalesce(m->>'reason', '') <> 'missing: counted as zero'), 36, 7)) WITH ORDINALITY AS l(line, i));
END
$$;

CREATE FUNCTION growth_index.picture_indicator_rows(items jsonb, lang text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
		'text', growth_index.picture_name(lang, d),
		'figure', CASE WHEN (d->>'missing')::boolean AND d->>'points' IS NULL
			THEN growth_index.picture_word(lang, 'no_value')
			ELSE round((d->>'points')::numeric, 1) || ' / ' || round((d->>'possible')::numeric, 1) END,
		'share', (d->>'share')::numeric) ORDER BY i), '[]')
	FROM jsonb_array_elements(items) WITH ORDINALITY AS t(d, i));
END
$$;

CREATE FUNCTION growth_index.picture_match_rows(items jsonb, lang text, amount text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(CASE WHEN i > 6 THEN jsonb_build_object('text',
			format(growth_index.picture_word(lang, 'more'), jsonb_array_length(items) - 6), 'figure', '') ELSE jsonb_build_object(
		'text', growth_index.picture_name(lang, d, 'title'),
		'class', CASE WHEN d->>'decision' = 'eligible' THEN 'value' ELSE 'label' END,
		'figure', coalesce(CASE WHEN d->>'decision' = 'eligible'
				THEN growth_index.picture_money(lang, (d->>amount)::numeric) END,
			growth_index.picture_word(lang, CASE WHEN d->>'decision' = 'eligible' THEN 'eligible' ELSE 'to_check' END)),
		'note', CASE WHEN d->>'decision' <> 'eligible' THEN growth_index.picture_word(lang, 'missing') || ' '
				|| (SELECT string_agg(growth_index.picture_name(lang, m), ', ') FROM jsonb_array_elements(d->'missing') m)
			ELSE growth_index.picture_name(lang, d - 'code', 'by') END) END ORDER BY i), '[]')
	FROM jsonb_array_elements(items) WITH ORDINALITY AS t(d, i)
	WHERE i <= 7);
END
$$;

/* one value of a change: money in words, a number with its unit, yes or no */
CREATE FUNCTION growth_index.picture_value(lang text, value jsonb, unit text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE jsonb_typeof(value)
		WHEN 'number' THEN CASE unit WHEN 'CNY' THEN growth_index.picture_money(lang, (value #>> '{}')::numeric)
			ELSE trim_scale(round((value #>> '{}')::numeric, 4))::text END
		WHEN 'boolean' THEN growth_index.picture_word(lang, value #>> '{}')
		WHEN 'array' THEN coalesce((SELECT string_agg(growth_index.picture_tag(lang, v), CASE lang WHEN 'en' THEN ', ' ELSE '、' END) FROM jsonb_array_elements_text(value) AS v), '–')
		WHEN 'string' THEN value #>> '{}'
		ELSE growth_index.picture_word(lang, 'no_value') END
$$;

/* Policies that it misses by little: what would have to change, and what it would then get. */
CREATE FUNCTION growth_index.picture_near_rows(items jsonb, lang text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('text', growth_index.picture_name(lang, d, 'title'), 'class', 'label',
		'figure', coalesce(growth_index.picture_money(lang, (d->>'award')::numeric), ''),
		'note', (SELECT string_agg(growth_index.picture_name(lang, c) || ' ' || growth_index.picture_value(lang, c->'now', c->>'unit')
				|| ' → ' || growth_index.picture_value(lang, c->'needed', c->>'unit'), CASE lang WHEN 'en' THEN '; ' ELSE '；' END ORDER BY n)
			FROM jsonb_array_elements(d->'changes') WITH ORDINALITY AS e(c, n))) ORDER BY i), '[]')
	FROM jsonb_array_elements(items) WITH ORDINALITY AS t(d, i));
END
$$;

/* dimensions: a radar and bars from three on, bars in two columns where they are many; and the history */
CREATE FUNCTION growth_index.picture_shape(portrait jsonb, lang text, y numeric, OUT body text, OUT height numeric)
RETURNS record
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	dims jsonb := growth_index.picture_list(portrait, 'dimensions');
	n integer := jsonb_array_length(dims);
	history jsonb := growth_index.picture_list(portrait, 'history');
	lacking jsonb := growth_index.picture_list(portrait, 'missing');
	half integer := (n + 1) / 2;
	step numeric := CASE WHEN n > 6 THEN 36 ELSE 44 END;
	x numeric := 548;	/* of the history's panel */
	top numeric := y;
	low numeric;
BEGIN
	IF n > 10 THEN
		body := growth_index.picture_panel(32, y, 1016, 66 + step * half, growth_index.picture_word(lang, 'by_dimension'))
			|| growth_index.picture_legend(lang, 778, y + 36)
			|| growth_index.picture_bars((SELECT jsonb_agg(d ORDER BY i) FROM jsonb_array_elements(dims) WITH ORDINALITY AS e(d, i) WHERE i <= half),
				lang, 56, y + 68, 452, step)
			|| growth_index.picture_bars((SELECT jsonb_agg(d ORDER BY i) FROM jsonb_array_elements(dims) WITH ORDINALITY AS e(d, i) WHERE i > half),
				lang, 572, y + 68, 452, step);
		x := 32;
		top := y + 66 + step * half + 16;
		low := 200;
		height := top + low - y;
	ELSIF n > 2 THEN
		height := greatest(440, 260 + step * n + 16);
		top := y + 60 + step * n + 16;
		low := height - 76 - step * n;
		body := growth_index.picture_panel(32, y, 500, height, growth_index.picture_word(lang, 'dimensions'))
			|| growth_index.picture_radar(dims, lang, 282, y + round(height / 2) + 8, 140)
			|| growth_index.picture_legend(lang, 166, y + height - 18)
			|| growth_index.picture_panel(548, y, 500, 60 + step * n, growth_index.picture_word(lang, 'by_dimension'))
			|| growth_index.picture_bars(dims, lang, 572, y + 68, 452, step);
	ELSE
		height := CASE WHEN n = 0 AND jsonb_array_length(history) = 0 AND jsonb_array_length(lacking) = 0 THEN 108 ELSE 260 END;
		low := height;
		body := growth_index.picture_panel(32, y, 500, height, growth_index.picture_word(lang, 'dimensions'))
			|| CASE WHEN n = 0 THEN growth_index.picture_lacking(lacking, lang, 56, y + 72)
				ELSE growth_index.picture_bars(dims, lang, 56, y + 84, 452, 64) || growth_index.picture_legend(lang, 166, y + height - 18) END;
	END IF;
	body := body || growth_index.picture_panel(x, top, 1048 - x, low, growth_index.picture_word(lang, 'history'))
		|| CASE WHEN jsonb_path_exists(portrait, '$.history[*] ? (@.replayed == true)') THEN
			growth_index.picture_text(1024, top + 36, 'label', 'end', '○ ' || growth_index.picture_word(lang, 'replayed')
				|| '   ● ' || growth_index.picture_word(lang, 'recorded')) ELSE '' END
		|| CASE WHEN jsonb_path_exists(history, '$[*].score') THEN
				growth_index.picture_history(history, lang, x + 24, top + 48, 1000 - x, low - 62)
			WHEN n > 2 THEN growth_index.picture_lacking(lacking, lang, x + 24, top + 66)
			ELSE growth_index.picture_text(x + 24, top + 72, 'label', 'start', growth_index.picture_word(lang, 'none')) END;
END
$$;

CREATE FUNCTION growth_index.picture(portrait jsonb, lang text DEFAULT 'zh')
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	strengths jsonb := growth_index.picture_indicator_rows(growth_index.picture_list(portrait, 'strengths'), lang);
	gaps jsonb := growth_index.picture_indicator_rows(growth_index.picture_list(portrait, 'gaps'), lang);
	policies jsonb := growth_index.picture_match_rows(growth_index.picture_list(portrait, 'policies'), lang, 'award');
	products jsonb := growth_index.picture_match_rows(growth_index.picture_list(portrait, 'products'), lang, 'credit');
	near jsonb := growth_index.picture_near_rows(growth_index.picture_list(portrait, 'near_misses'), lang);
	header record := growth_index.picture_header(portrait, lang, 24);
	y numeric := 24 + header.height + 16;
	shape record := growth_index.picture_shape(portrait, lang, y);
	h numeric;
	body text := header.body || shape.body;
	foot text[] := growth_index.picture_footer(portrait, lang);
BEGIN
	y := y + shape.height + 16;

	h := 62 + 38 * greatest(jsonb_array_length(strengths), jsonb_array_length(gaps), 1);
	body := body || growth_index.picture_panel(32, y, 500, h, growth_index.picture_word(lang, 'strengths'))
		|| growth_index.picture_rows(strengths, lang, 56, y + 66, 452, 38, '#0f766e')
		|| growth_index.picture_panel(548, y, 500, h, growth_index.picture_word(lang, 'gaps'))
		|| growth_index.picture_rows(gaps, lang, 572, y + 66, 452, 38, '#d97706');
	y := y + h + 16;

	h := 62 + 46 * greatest(jsonb_array_length(policies), jsonb_array_length(products), 1);
	body := body || growth_index.picture_panel(32, y, 500, h, growth_index.picture_word(lang, 'policies'))
		|| growth_index.picture_rows(policies, lang, 56, y + 66, 452, 46, '#0f766e')
		|| growth_index.picture_panel(548, y, 500, h, growth_index.picture_word(lang, 'products'))
		|| growth_index.picture_rows(products, lang, 572, y + 66, 452, 46, '#0f766e');
	y := y + h + 16;

	IF jsonb_array_length(near) > 0 THEN
		h := 62 + 46 * jsonb_array_length(near);
		body := body || growth_index.picture_panel(32, y, 1016, h, growth_index.picture_word(lang, 'nearly'))
			|| growth_index.picture_rows(near, lang, 56, y + 66, 968, 46, '#d97706');
		y := y + h + 16;
	END IF;

	y := y + 16;
	FOR i IN 1 .. cardinality(foot) LOOP
		body := body || growth_index.picture_text(32, y, 'label', 'start', foot[i]);
		y := y + 20;
	END LOOP;
	RETURN growth_index.picture_frame(body, growth_index.picture_name(lang, portrait), y + 8);
END
$$;

CREATE FUNCTION growth_index.picture_footer(portrait jsonb, lang text)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY[concat_ws('  ·  ',
		growth_index.picture_word(lang, 'card') || ' ' || (portrait#>>'{scorecard,code}')
			|| ' v' || (portrait#>>'{scorecard,version}'),
		growth_index.picture_word(lang, 'as_of') || ' ' || (portrait->>'as_of'),
		CASE WHEN (portrait#>>'{peers,count}')::integer > 0 THEN
			growth_index.picture_word(lang, 'median') || ': '
			|| to_char((portrait#>>'{peers,count}')::integer, 'FM999,999,990') || ' '
			|| growth_index.picture_word(lang, 'peers') END)]
		|| coalesce(growth_index.picture_lines(coalesce(CASE lang WHEN 'en' THEN portrait#>>'{scorecard,source_en}' END, portrait#>>'{scorecard,source}'), 80, 3), '{}');
END
$$;

CREATE FUNCTION growth_index.picture_frame(body text, title text, height numeric)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format($svg$<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="%1$s" viewBox="0 0 1080 %1$s" role="img">
<title>%2$s</title>
<style>
text { font-family: 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Zen Hei', system-ui, sans-serif; fill: #0f172a; }
.panel { fill: #ffffff; stroke: #e2e8f0; }
.name { font-size: 30px; font-weight: 700; }
.small.name { font-size: 23.5px; }
.code { font-size: 16px; fill: #475569; letter-spacing: 1px; font-family: ui-monospace, 'DejaVu Sans Mono', Consolas, monospace; }
.title { font-size: 17px; font-weight: 700; }
.label { font-size: 12.5px; fill: #64748b; }
.value { font-size: 13.5px; font-weight: 600; fill: #334155; }
.over { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
.axisname { font-size: 14px; fill: #1e293b; }
.score { font-size: 52px; font-weight: 700; }
.none.score { font-size: 30px; fill: #94a3b8; }
.badge { font-size: 48px; font-weight: 700; fill: #ffffff; }
.small.badge { font-size: 26px; }
.chip { fill: #eff6ff; stroke: #bfdbfe; }
.chiptext { font-size: 13px; fill: #1d4ed8; }
.ring { fill: none; stroke: #e2e8f0; }
.axis { stroke: #e2e8f0; }
.self { fill: #2563eb; fill-opacity: 0.25; stroke: #2563eb; stroke-width: 2; stroke-linejoin: round; }
.peer { fill: none; stroke: #f59e0b; stroke-width: 2; stroke-dasharray: 5 4; stroke-linejoin: round; }
.peerline { stroke: #f59e0b; stroke-width: 2; stroke-dasharray: 5 4; }
.tick { stroke: #f59e0b; stroke-width: 3; }
.track { fill: #f1f5f9; }
.bar { fill: #2563eb; }
.line { fill: none; stroke: #2563eb; stroke-width: 2.5; stroke-linejoin: round; }
.dot { fill: #2563eb; stroke: #ffffff; stroke-width: 2; }
.open.dot { fill: #ffffff; stroke: #2563eb; }
</style>
<rect width="1080" height="%1$s" fill="#f8fafc"/>
%3$s</svg>
$svg$, round(height), growth_index.picture_escape(title), body)
$$;

COMMENT ON FUNCTION growth_index.picture(jsonb, text) IS
'Draws what portrait() returns: an SVG document. Reads nothing but its arguments.';
COMMENT ON FUNCTION growth_index.picture_header(jsonb, text, numeric) IS 'Internal: name, code, marks, score and rating.';
COMMENT ON FUNCTION growth_index.picture_standing(jsonb, text) IS 'Internal: rank, or why there is no score.';
COMMENT ON FUNCTION growth_index.picture_polygon(numeric[], numeric, numeric, numeric) IS 'Internal: points of a radar polygon.';
COMMENT ON FUNCTION growth_index.picture_legend(text, numeric, numeric) IS 'Internal: legend of the radar.';
COMMENT ON FUNCTION growth_index.picture_radar(jsonb, text, numeric, numeric, numeric) IS 'Internal: radar of three dimensions or more.';
COMMENT ON FUNCTION growth_index.picture_bars(jsonb, text, numeric, numeric, numeric, numeric) IS 'Internal: points of the dimensions as bars.';
COMMENT ON FUNCTION growth_index.picture_history(jsonb, text, numeric, numeric, numeric, numeric) IS 'Internal: line of the scores over time.';
COMMENT ON FUNCTION growth_index.picture_rows(jsonb, text, numeric, numeric, numeric, numeric, text) IS 'Internal: rows of a list.';
COMMENT ON FUNCTION growth_index.picture_lacking(jsonb, text, numeric, numeric) IS 'Internal: what an enterprise without a score lacks.';
COMMENT ON FUNCTION growth_index.picture_indicator_rows(jsonb, text) IS 'Internal: rows of strengths and gaps.';
COMMENT ON FUNCTION growth_index.picture_match_rows(jsonb, text, text) IS 'Internal: rows of policies and products.';
COMMENT ON FUNCTION growth_index.picture_value(text, jsonb, text) IS 'Internal: a value in words of a language.';
COMMENT ON FUNCTION growth_index.picture_near_rows(jsonb, text) IS 'Internal: rows of near misses.';
COMMENT ON FUNCTION growth_index.picture_shape(jsonb, text, numeric) IS 'Internal: dimensions and history.';
COMMENT ON FUNCTION growth_index.picture_footer(jsonb, text) IS 'Internal: scorecard, day, peers and source.';
COMMENT ON FUNCTION growth_index.picture_frame(text, text, numeric) IS 'Internal: the SVG document around its body.';
