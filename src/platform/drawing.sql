/*
 * Drawing: words, text and shapes of which the pictures are made.  Many are
 * called hundreds of times a picture: those are one expression, with every name
 * qualified instead of a search_path of their own, and so become part of the
 * expression that calls them.
 */
CREATE FUNCTION growth_index.picture_word(lang text, word text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT '{
		"score": ["创新积分", "Score"], "of": ["满分", "of"], "coverage": ["数据覆盖", "data coverage"],
		"rank": ["排名", "rank"], "not_scored": ["未评分", "not scored"], "not_rated": ["未评级", "unrated"],
		"low_coverage": ["数据不足，暂不评分", "Too little data for a score"],
		"undecided": ["关键指标缺失，暂不评分", "A decisive indicator is missing"],
		"pending": ["尚未计算", "Not computed yet"], "missing": ["缺少", "missing"],
		"founded": ["成立于", "founded"], "industry": ["行业", "industry"], "segment": ["阶段", "stage"],
		"start-up": ["初创期", "start-up"], "growth": ["成长期", "growth"], "stable": ["稳定期", "stable"],
		"dimensions": ["能力结构", "Dimensions"], "by_dimension": ["分项得分", "Points by dimension"],
		"this": ["本企业", "this enterprise"], "percentile": ["同组百分位", "percentile"], "median": ["同组中位数", "peer median"],
		"peers": ["家同组企业", "peers"], "history": ["积分走势", "Score over time"],
		"recorded": ["已记录", "recorded"], "replayed": ["按当时数据重算", "replayed on that day''s data"],
		"strengths": ["优势指标", "Strengths"], "gaps": ["提升空间", "Room to improve"],
		"no_value": ["无数据", "no data"], "policies": ["匹配政策", "Matched policies"],
		"products": ["匹配金融产品", "Matched loan products"], "eligible": ["符合", "eligible"],
		"none": ["暂无", "none"], "nearly": ["差一步的政策", "Nearly eligible"],
		"more": ["另有 %s 项", "and %s more"], "true": ["是", "yes"], "false": ["否", "no"], "to_check": ["待核对", "undecided"], "card": ["评分卡", "scorecard"],
		"as_of": ["数据截至", "as of"], "uncomputed": ["数据不足，无法绘制", "Not enough data to draw"]
	}'::pg_catalog.jsonb OPERATOR(pg_catalog.->) word OPERATOR(pg_catalog.->>) CASE WHEN lang OPERATOR(pg_catalog.=) 'en' THEN 1 ELSE 0 END
$$;

CREATE FUNCTION growth_index.picture_escape(value text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
	SELECT pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
		pg_catalog.regexp_replace(value, '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\uFFFE\uFFFF]', '', 'g'),
		'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&apos;')
$$;

/* Width in em: a Chinese character takes one, three bytes long as it is in UTF-8. */
CREATE FUNCTION growth_index.picture_width(value text)
RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
	SELECT (0.34 OPERATOR(pg_catalog.*) pg_catalog.length(value)::pg_catalog.numeric) OPERATOR(pg_catalog.+)
		(0.22 OPERATOR(pg_catalog.*) pg_catalog.octet_length(pg_catalog.convert_to(value, 'UTF8'))::pg_catalog.numeric)
$$;

CREATE FUNCTION growth_index.picture_lines(value text, width numeric, lines integer)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text[] := '{}';
	rest text := btrim(regexp_replace(value, '\s+', ' ', 'g'));
	take integer;
	space integer;
BEGIN
	WHILE rest <> '' LOOP
		IF growth_index.picture_width(rest) <= width THEN
			RETURN result || rest;
		END IF;
		/* no character is wider than 1.25 em: as many steps as the lengths differ from that, not as there are characters */
		take := 1;
		WHILE take < length(rest) AND growth_index.picture_width(left(rest, take + 1)) <= width LOOP
			take := take + greatest(1, ((width - growth_index.picture_width(left(rest, take + 1))) / 1.25)::integer - 1);
		END LOOP;
		IF cardinality(result) = lines - 1 THEN
			RETURN result || (left(rest, greatest(take - 1, 1)) || '…');
		END IF;
		/* a word of Latin letters is broken only when it alone fills the line */
		space := length(substring(left(rest, take + 1) FROM '^(.*) '));
		IF space >= take / 4 THEN
			take := space;
		END IF;
		result := result || rtrim(left(rest, take));
		rest := ltrim(substr(rest, take + 1));
	END LOOP;
	RETURN result;
END
$$;

CREATE FUNCTION growth_index.picture_text(x numeric, y numeric, class text, anchor text, value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT '<text x="' OPERATOR(pg_catalog.||) pg_catalog.round(x, 1)::pg_catalog.text OPERATOR(pg_catalog.||) '" y="' OPERATOR(pg_catalog.||) pg_catalog.round(y, 1)::pg_catalog.text
		OPERATOR(pg_catalog.||) '" class="' OPERATOR(pg_catalog.||) class OPERATOR(pg_catalog.||) '" text-anchor="' OPERATOR(pg_catalog.||) anchor OPERATOR(pg_catalog.||) '">'
		OPERATOR(pg_catalog.||) growth_index.picture_escape(coalesce(value, '')) OPERATOR(pg_catalog.||) E'</text>\n'
$$;

CREATE FUNCTION growth_index.picture_panel(x numeric, y numeric, width numeric, height numeric, title text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format(E'<rect x="%s" y="%s" width="%s" height="%s" rx="12" class="panel"/>\n', x, y, width, height)
		|| CASE WHEN title = '' THEN '' ELSE growth_index.picture_text(x + 24, y + 36, 'title', 'start', title) END
$$;

CREATE FUNCTION growth_index.picture_money(lang text, amount numeric)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN lang = 'en' THEN 'CNY ' || CASE WHEN abs(amount) < 100 THEN trim_scale(round(amount, 2))::text ELSE to_char(round(amount), 'FM999,999,999,999,990') END
		WHEN amount >= 100000000 THEN trim_scale(round(amount / 100000000, 2)) || ' 亿元'
		WHEN amount >= 10000 THEN trim_scale(round(amount / 10000, 2)) || ' 万元'
		ELSE trim_scale(round(amount, 2)) || ' 元'
	END
$$;

CREATE FUNCTION growth_index.picture_colour(rating text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN rating IS NULL THEN '#94a3b8'
		WHEN rating LIKE 'A%' THEN '#0f766e'
		WHEN rating LIKE 'BB%' THEN '#2563eb'
		WHEN rating LIKE 'B%' OR rating LIKE 'CCC%' THEN '#b45309'
		ELSE '#b91c1c'
	END
$$;

/* The language's own name of a thing: name_en in English where there is one. */
CREATE FUNCTION growth_index.picture_name(lang text, thing jsonb, field text DEFAULT 'name')
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT coalesce(CASE WHEN lang OPERATOR(pg_catalog.=) 'en' THEN nullif(thing OPERATOR(pg_catalog.->>) (field OPERATOR(pg_catalog.||) '_en'), '') END,
		nullif(thing OPERATOR(pg_catalog.->>) field, ''), thing OPERATOR(pg_catalog.->>) 'code', '')
$$;

/* marks that the state gives by the same names everywhere; another one stands for itself */
CREATE FUNCTION growth_index.picture_tag(lang text, tag text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(CASE WHEN lang = 'en' THEN '{"高新技术企业": "High-tech enterprise", "科技型中小企业": "Technology SME", "创新型中小企业": "Innovative SME",
		"专精特新": "Specialised SME", "专精特新中小企业": "Specialised SME", "小巨人": "Little giant", "专精特新小巨人": "Little giant",
		"单项冠军": "Champion of its trade", "瞪羚": "Gazelle", "雏鹰": "Young eagle", "独角兽": "Unicorn"}'::jsonb ->> tag END, tag)
$$;

/* divisions of GB/T 4754-2017 that a technology zone has; another code stands for itself */
CREATE FUNCTION growth_index.picture_industry(lang text, code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(code || ' ' || ('{
		"C13": ["农副食品加工业", "Farm products"], "C14": ["食品制造业", "Food"], "C15": ["酒、饮料和精制茶制造业", "Beverages"],
		"C17": ["纺织业", "Textiles"], "C18": ["纺织服装、服饰业", "Clothing"], "C21": ["家具制造业", "Furniture"], "C22": ["造纸和纸制品业", "Paper"],
		"C23": ["印刷和记录媒介复制业", "Printing"], "C25": ["石油、煤炭及其他燃料加工业", "Fuels"], "C26": ["化学原料和化学制品制造业", "Chemicals"],
		"C27": ["医药制造业", "Pharmaceuticals"], "C28": ["化学纤维制造业", "Chemical fibres"], "C29": ["橡胶和塑料制品业", "Rubber and plastics"],
		"C30": ["非金属矿物制品业", "Mineral products"], "C31": ["黑色金属冶炼和压延加工业", "Iron and steel"], "C32": ["有色金属冶炼和压延加工业", "Non-ferrous metals"],
		"C33": ["金属制品业", "Metal products"], "C34": ["通用设备制造业", "General machinery"], "C35": ["专用设备制造业", "Special machinery"],
		"C36": ["汽车制造业", "Motor vehicles"], "C37": ["铁路、船舶、航空航天和其他运输设备制造业", "Rail, ships, aerospace"],
		"C38": ["电气机械和器材制造业", "Electrical machinery"], "C39": ["计算机、通信和其他电子设备制造业", "Computers and electronics"],
		"C40": ["仪器仪表制造业", "Instruments"], "C41": ["其他制造业", "Other manufacturing"], "D44": ["电力、热力生产和供应业", "Power and heat"],
		"F51": ["批发业", "Wholesale"], "F52": ["零售业", "Retail"], "I63": ["电信、广播电视和卫星传输服务", "Telecommunications"],
		"I64": ["互联网和相关服务", "Internet services"], "I65": ["软件和信息技术服务业", "Software and IT services"],
		"L72": ["商务服务业", "Business services"], "M73": ["研究和试验发展", "Research and development"], "M74": ["专业技术服务业", "Technical services"],
		"M75": ["科技推广和应用服务业", "Technology promotion"], "N77": ["生态保护和环境治理业", "Environment"]
	}'::jsonb -> code ->> CASE WHEN lang = 'en' THEN 1 ELSE 0 END), code)
$$;

/* a list of the portrait, empty where it has none */
CREATE FUNCTION growth_index.picture_list(portrait jsonb, key text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE WHEN pg_catalog.jsonb_typeof(portrait OPERATOR(pg_catalog.->) key) OPERATOR(pg_catalog.=) 'array'
		THEN portrait OPERATOR(pg_catalog.->) key ELSE '[]' END
$$;

COMMENT ON FUNCTION growth_index.picture_word(text, text) IS 'Internal: a word of the picture in a language; NULL where there is none.';
COMMENT ON FUNCTION growth_index.picture_escape(text) IS 'Internal: text for an XML document; control characters are left out.';
COMMENT ON FUNCTION growth_index.picture_width(text) IS 'Internal: estimated width of a text, in em.';
COMMENT ON FUNCTION growth_index.picture_lines(text, numeric, integer) IS 'Internal: a text broken into lines of a width in em; an ellipsis where it does not fit.';
COMMENT ON FUNCTION growth_index.picture_text(numeric, numeric, text, text, text) IS 'Internal: an SVG text element.';
COMMENT ON FUNCTION growth_index.picture_panel(numeric, numeric, numeric, numeric, text) IS 'Internal: a white panel with a title.';
COMMENT ON FUNCTION growth_index.picture_money(text, numeric) IS 'Internal: an amount of yuan in words of a language.';
COMMENT ON FUNCTION growth_index.picture_colour(text) IS 'Internal: the colour of a rating.';
COMMENT ON FUNCTION growth_index.picture_name(text, jsonb, text) IS 'Internal: the name of a thing in a language.';
COMMENT ON FUNCTION growth_index.picture_tag(text, text) IS 'Internal: the name of a mark, such as 高新技术企业, in a language; itself where it is not known.';
COMMENT ON FUNCTION growth_index.picture_industry(text, text) IS 'Internal: an industry by code and name; NULL for none.';
COMMENT ON FUNCTION growth_index.picture_list(jsonb, text) IS 'Internal: a list of the portrait, empty where there is none.';
