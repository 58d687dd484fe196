/*
 * A zone of 6,800 enterprises, made up.  Nothing in it is random: every draw
 * is a hash of the enterprise's number and the name of what is drawn, so that
 * each run and each machine makes the same zone (for one calendar year; dates
 * follow the last complete year, so that rules such as "listed within a year"
 * find something whenever the demo runs).
 */
CREATE SCHEMA zone;

/* the last complete year, and the day that the annual figures stand for */
CREATE FUNCTION zone.year() RETURNS integer
LANGUAGE sql STABLE
RETURN extract(year FROM current_date)::integer - 1;

CREATE FUNCTION zone.year_end(back integer DEFAULT 0) RETURNS date
LANGUAGE sql STABLE
RETURN make_date(zone.year() - back, 12, 31);

/* uniform in (0, 1): 52 bits of a hash of the number and the label */
CREATE FUNCTION zone.u(n integer, label text) RETURNS double precision
LANGUAGE sql IMMUTABLE
RETURN ((hashtextextended(label, n) & 4503599627370495) + 0.5) / 4503599627370496;

/* standard normal, by Box and Muller */
CREATE FUNCTION zone.z(n integer, label text) RETURNS double precision
LANGUAGE sql IMMUTABLE
RETURN sqrt(-2 * ln(zone.u(n, label))) * cos(2 * pi() * zone.u(n, label || '~'));

/* one of a list */
CREATE FUNCTION zone.pick(n integer, label text, VARIADIC list text[]) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN list[1 + floor(zone.u(n, label) * cardinality(list))::integer];

/* a count: the mean, spread as counts of this kind are (many zeros, few large) */
CREATE FUNCTION zone.count_of(n integer, label text, mean double precision) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN greatest(floor(mean * exp(0.9 * zone.z(n, label) - 0.4) + zone.u(n, label || '+') - 0.35), 0)::integer;

/* the nine characters of an organisation: MA and seven digits of base 31, no two alike */
CREATE FUNCTION zone.organisation(n integer) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN (SELECT 'MA' || string_agg(substr('0123456789ABCDEFGHJKLMNPQRTUWXY',
			1 + ((v / (31 ^ i)::bigint) % 31)::integer, 1), '' ORDER BY i DESC)
		FROM generate_series(0, 6) AS i, (VALUES ((n::bigint * 7368787 + 424242421) % 27512614111)) AS t(v));

CREATE TABLE zone.industry (code text PRIMARY KEY, share double precision, tech double precision, words text[], words_en text[]);
COMMENT ON TABLE zone.industry IS
	'Divisions of GB/T 4754-2017 found in the zone: share of the enterprises, how technical they are, words of their names';
INSERT INTO zone.industry VALUES
	('I65', 20, 1.3, '{软件,信息技术,数字科技,云计算,智能系统}', '{Software,Information Technology,Digital Technology,Cloud Computing,Intelligent Systems}'),
	('I64',  6, 1.1, '{网络科技,互联网技术,数据服务}', '{Network Technology,Internet Technology,Data Services}'),
	('C39', 12, 1.2, '{电子,传感器,集成电路,北斗导航,通信设备}', '{Electronics,Sensors,Integrated Circuits,Satellite Navigation,Communication Equipment}'),
	('C40',  8, 1.2, '{仪器仪表,智能仪表,测控技术}', '{Instruments,Smart Meters,Measurement and Control}'),
	('C35', 10, 1.0, '{专用设备,机器人,盾构装备,矿山机械}', '{Special Equipment,Robotics,Tunnelling Machinery,Mining Machinery}'),
	('C34',  7, 0.8, '{智能装备,精密机械,通用设备}', '{Intelligent Equipment,Precision Machinery,General Equipment}'),
	('C38',  7, 0.9, '{电气,新能源,储能技术,电力设备}', '{Electric,New Energy,Energy Storage,Power Equipment}'),
	('C30',  5, 0.9, '{超硬材料,金刚石制品,新材料,耐火材料}', '{Superhard Materials,Diamond Products,Advanced Materials,Refractories}'),
	('C27',  4, 1.2, '{医药,生物医药,生物技术}', '{Pharmaceuticals,Biomedicine,Biotechnology}'),
	('C26',  3, 0.8, '{化工,精细化工}', '{Chemicals,Fine Chemicals}'),
	('C36',  3, 0.9, '{汽车零部件,智能网联汽车}', '{Auto Parts,Connected Vehicles}'),
	('C33',  2, 0.6, '{金属制品,钢结构}', '{Metal Products,Steel Structures}'),
	('M73',  4, 1.5, '{工程技术研究,新材料研究,生物研究}', '{Engineering Research,Materials Research,Biology Research}'),
	('M74',  4, 0.9, '{检测技术,工程设计,测绘地理信息}', '{Testing Technology,Engineering Design,Geographic Information}'),
	('M75',  5, 0.9, '{科技,科技服务,技术推广}', '{Science and Technology,Technology Services,Technology Transfer}'),
	('N77',  2, 0.8, '{环保科技,环境工程}', '{Environmental Technology,Environmental Engineering}'),
	('L72',  2, 0.3, '{企业管理咨询,供应链管理}', '{Management Consulting,Supply Chain}'),
	('F51',  2, 0.2, '{商贸,物资贸易}', '{Trading,Materials Trading}');

/* syllables of a firm's own name, with their sound for the English name */
CREATE TABLE zone.syllable (place integer, i integer, zh text, en text, PRIMARY KEY (place, i));
INSERT INTO zone.syllable
SELECT place, i - 1, split_part(s, ':', 1), split_part(s, ':', 2)
FROM (VALUES
	(1, '云:yun 华:hua 中:zhong 嵩:song 鼎:ding 恒:heng 瑞:rui 天:tian 金:jin 博:bo 思:si 新:xin 宏:hong 联:lian 启:qi 创:chuang 智:zhi 汉:han 豫:yu 明:ming 正:zheng 远:yuan 安:an 卓:zhuo 盛:sheng 科:ke 星:xing 凯:kai 泰:tai 方:fang 威:wei 海:hai 信:xin 众:zhong 润:run 三:san 四:si 光:guang 神:shen 佰:bai'),
	(2, '帆:fan 辰:chen 达:da 通:tong 源:yuan 泽:ze 力:li 维:wei 图:tu 航:hang 讯:xun 德:de 腾:teng 睿:rui 拓:tuo 和:he 兴:xing 晟:sheng 特:te 诺:nuo 原:yuan 宇:yu 康:kang 杰:jie 翔:xiang 锐:rui 成:cheng 元:yuan 捷:jie 丰:feng 磊:lei 洋:yang 克:ke 佳:jia 邦:bang 峰:feng 朗:lang 飞:fei 川:chuan 为:wei')
) AS t(place, list), string_to_table(list, ' ') WITH ORDINALITY AS e(s, i);

/*
 * What drives an enterprise: age, size and quality; the uploads follow from
 * these, so that they hang together as real ones do.
 */
CREATE TABLE zone.firm AS
SELECT n, growth_index.credit_code_complete('91' || (410100 + floor(zone.u(n, 'division') * 100)::integer) || zone.organisation(n)) AS credit_code,
	(zone.year_end() + 120 - (floor(6 + least(68 * exp(0.7 * zone.z(n, 'age')), 420)) * 30.44)::integer) AS founded,
	zone.z(n, 'size') AS size, zone.z(n, 'quality') AS quality, i.code AS industry, i.tech,
	1 + floor(zone.u(n, 'word') * cardinality(i.words))::integer AS word
FROM generate_series(1, 6800) AS n
	JOIN LATERAL (SELECT code, tech, words,
			sum(share) OVER (ORDER BY code) - share AS low, sum(share) OVER (ORDER BY code) AS high, sum(share) OVER () AS whole
		FROM zone.industry) AS i ON zone.u(n, 'industry') * whole >= low AND zone.u(n, 'industry') * whole < high;
ALTER TABLE zone.firm ADD PRIMARY KEY (n);

INSERT INTO growth_index.enterprise (credit_code, name, name_en, industry, registered_zone, founded, certified_on)
SELECT credit_code,
	place || root || word || kind || CASE WHEN again > 1 THEN '第' || again || '分公司' ELSE '' END,
	'Zhengzhou ' || initcap(root_en) || ' ' || word_en || CASE kind WHEN '有限公司' THEN ' Co., Ltd.' WHEN '股份有限公司' THEN ' Inc.' ELSE ' Group Co., Ltd.' END
		|| CASE WHEN again > 1 THEN ' (Branch ' || again || ')' ELSE '' END,
	industry, 'ZZHT', founded, least(founded + 400 + floor(600 * zone.u(n, 'certified'))::integer, zone.year_end() + 60)
FROM (
	SELECT *, row_number() OVER (PARTITION BY place, root, word, kind ORDER BY n) AS again
	FROM (
		SELECT f.n, f.credit_code, f.industry, f.founded,
			CASE WHEN f.n % 97 = 0 THEN '郑州高新技术产业开发区中原' ELSE
				zone.pick(f.n, 'place', '郑州', '郑州', '河南', '河南', '郑州高新区', '中原', '河南省', '') END AS place,
			a.zh || b.zh AS root, a.en || b.en AS root_en,
			CASE WHEN f.n % 97 = 0 THEN i.words[f.word] || '工程技术研究及产业化' ELSE i.words[f.word] END AS word,
			i.words_en[f.word] AS word_en,
			CASE WHEN f.n % 97 = 0 THEN '集团股份有限公司' WHEN f.size + 0.5 * zone.z(f.n, 'kind') > 1.4 THEN '股份有限公司' ELSE '有限公司' END AS kind
		FROM zone.firm f
			JOIN zone.industry i ON i.code = f.industry
			JOIN zone.syllable a ON a.place = 1 AND a.i = floor(zone.u(f.n, 'first') * 40)::integer
			JOIN zone.syllable b ON b.place = 2 AND b.i = floor(zone.u(f.n, 'second') * 40)::integer
	) AS parts
) AS named;
