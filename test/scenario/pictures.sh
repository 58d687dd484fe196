#!/bin/bash
#
# The pictures as a browser draws them: no text over another, none cut, none
# outside of its panel, nothing fetched; long names, nothing known, one and
# sixty indicators, in both languages.  Where there is no Chromium it is
# installed; skipped where that cannot be, and where it would take too long.
#
set -u
find_browser() {
	browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
}
if ! find_browser && [ -z "${GI_SLOW:-}" ]; then
	"$GI_TOOLS/setup.sh" chromium fonts-noto-cjk
fi
if ! find_browser; then
	echo '1..0 # skip Chromium is not installed'
	exit
fi
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "$2" "$3"
	fi
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }

sql >/dev/null <<'SQL'
CREATE SCHEMA shown;
/* a portrait of so many dimensions and lines, with names of a length */
CREATE FUNCTION shown.portrait(dimensions integer, long text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('credit_code', '91410100MA4XXXXX0P', 'name', '中原云帆智能装备' || long || '有限公司',
		'name_en', 'Zhongyuan Yunfan ' || repeat('International Intelligent Equipment ', length(long) / 8) || 'Co., Ltd.',
		'industry', 'C35', 'founded', '2015-03-01', 'segment', 'growth', 'tags', '["高新技术企业", "科技型中小企业", "专精特新", "小巨人", "瞪羚"]'::jsonb,
		'score', 78.42, 'rating', 'AAA', 'coverage', 0.93, 'status', 'scored', 'as_of', '2025-06-30',
		'rank', '{"place": 3, "of": 1000000}'::jsonb, 'peers', '{"count": 1000}'::jsonb,
		'scorecard', jsonb_build_object('code', 'innovation', 'version', 1, 'total', 100, 'source', 'default, to be checked against the official text' || long),
		'dimensions', (SELECT jsonb_agg(jsonb_build_object('code', 'd' || i, 'name', '维度' || i || long, 'name_en', 'Dimension ' || i || ' of growth and operation',
			'points', 7.5, 'possible', 10, 'share', (i * 37 % 100) / 100.0, 'peer_median', 0.4, 'peer_percentile', 87)) FROM generate_series(1, dimensions) AS i),
		'strengths', (SELECT jsonb_agg(jsonb_build_object('code', 's' || i, 'name', '指标' || i || long, 'name_en', 'R&D expense as a share of operating revenue, average of three years',
			'points', 9, 'possible', 9, 'share', 1)) FROM generate_series(1, 5) AS i),
		'gaps', (SELECT jsonb_agg(jsonb_build_object('code', 'g' || i, 'name', '指标' || i || long, 'points', 0, 'possible', 13.25, 'share', 0.3)) FROM generate_series(1, 5) AS i),
		'missing', '[]'::jsonb,
		'policies', (SELECT jsonb_agg(jsonb_build_object('code', 'p' || i, 'title', '奖励政策' || i || long, 'title_en', 'Reward for high-quality development number ' || i,
			'decision', CASE WHEN i < 4 THEN 'eligible' ELSE 'undecided' END, 'award', 123456789.12, 'by', '创新发展局' || long,
			'missing', '[{"code": "listing_date", "name": "上市日期", "name_en": "Date of listing"}]'::jsonb)) FROM generate_series(1, 9) AS i),
		'products', (SELECT jsonb_agg(jsonb_build_object('code', 'l' || i, 'title', '科技贷' || i || long, 'title_en', 'Loan for technology enterprises ' || i,
			'decision', 'eligible', 'credit', 98765432.1, 'by', '银行' || long)) FROM generate_series(1, 7) AS i),
		'near_misses', (SELECT jsonb_agg(jsonb_build_object('code', 'n' || i, 'title', '高新技术企业培育奖励' || i || long, 'title_en', 'Reward for enterprises that nearly have what it takes, number ' || i,
			'award', 500000 * i, 'changes', '[{"code": "revenue", "name": "营业收入", "name_en": "Operating revenue", "unit": "CNY", "now": 18765432.1, "needed": 20000000},
				{"code": "rd_share", "name": "研发费用占比", "name_en": "R&D expense as a share of revenue", "now": 0.0312345678, "needed": 0.05},
				{"code": "honours", "name": "称号", "name_en": "Honours", "now": ["瞪羚"], "needed": ["瞪羚", "高新技术企业"]},
				{"code": "dishonest", "name": "失信", "name_en": "Dishonest", "now": true, "needed": false}]'::jsonb)) FROM generate_series(1, 5) AS i),
		'history', (SELECT jsonb_agg(jsonb_build_object('date', (2015 + i) || '-12-31', 'score', 30.5 + i * 7 % 60, 'replayed', i < 6)) FROM generate_series(1, 9) AS i))
$$;
CREATE FUNCTION shown.cockpit(lines integer, long text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('generated_at', '2026-01-01T10:00:00', 'scorecard', jsonb_build_object('code', 'innovation', 'version', 3, 'name', '创新积分' || long, 'total', 100, 'source', 'default' || long),
		'headline', '{"certified_enterprises": 1000000, "rated_enterprises": 999999, "scored_enterprises": 999999, "institutions": 162, "financing_total": 663700000000, "equity_raised": 123400000000, "awards_amount": 6764500000, "award_enterprises": 389000, "awards": 439000, "payments_amount": 7798000000, "payments": 6139000}'::jsonb,
		'ratings', (SELECT jsonb_agg(jsonb_build_object('rating', r, 'enterprises', 123456, 'share', 0.0357)) FROM unnest('{AAA+,AAA,AAA-,AA+,AA,AA-,A+,A,A-,BBB+,BBB,BBB-,BB,B,CCC,CC,C,D}'::text[]) AS r),
		'industries', (SELECT jsonb_agg(jsonb_build_object('industry', 'C' || 25 + i, 'enterprises', 123456, 'average', 61.3)) FROM generate_series(1, least(lines, 12)) AS i),
		'benefits', (SELECT jsonb_agg(jsonb_build_object('month', '2026-' || lpad(i::text, 2, '0'), 'amount', 9999 * 1e8 / i, 'payments', i)) FROM generate_series(1, 12) AS i),
		'financing', (SELECT jsonb_agg(jsonb_build_object('month', '2026-' || lpad(i::text, 2, '0'), 'equity', 77777777.77 * i, 'debt', 55555555.55)) FROM generate_series(1, 12) AS i),
		'policies', (SELECT jsonb_agg(jsonb_build_object('policy', 'p', 'title_zh', '奖励政策' || i || long, 'title_en', 'Reward for high-quality development number ' || i, 'eligible', 123456 / i, 'award_total', 98765432100)) FROM generate_series(1, least(lines, 8)) AS i),
		'departments', (SELECT jsonb_agg(jsonb_build_object('code', 'd' || i, 'name', '部门' || i || long, 'indicators', 60, 'last_upload', '2026-01-01T09:00:00', 'accepted', 32000000, 'refused', 123456)) FROM generate_series(1, least(lines, 20)) AS i),
		'coverage', (SELECT jsonb_agg(jsonb_build_object('code', 'i' || i, 'name', '指标' || i || long, 'coverage', 0.123)) FROM generate_series(1, least(lines, 10)) AS i),
		'freshness', '{"backlog": 1000000, "lag": 86400, "last_refresh": "2026-01-01T10:00:00", "set_aside": 12345, "objections": 6789}'::jsonb)
$$;
SQL

# what is wrong with a page: measured in the browser, and told to the page around it
measure='<script>addEventListener("load", async () => {
	await document.fonts.ready;
	const bad = [], say = (what, t) => bad.push(what + ": " + t.textContent.trim().replace(/\s+/g, " ").slice(0, 40));
	const svg = document.querySelector("svg");
	if (svg) {
		const page = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim());
		const panels = [...svg.querySelectorAll("rect.panel")].map(r => r.getBoundingClientRect());
		/* what is drawn of a line is less than its box */
		const boxes = texts.map(t => { const b = t.getBoundingClientRect(), h = b.height; return {left: b.left, right: b.right, top: b.top + h / 5, bottom: b.bottom - h / 6}; });
		const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
		boxes.forEach((a, i) => {
			if (a.left < page.left || a.right > page.right || a.bottom > page.bottom) say("outside", texts[i]);
			const home = panels.find(p => (a.left + a.right) / 2 > p.left && (a.left + a.right) / 2 < p.right && (a.top + a.bottom) / 2 > p.top && (a.top + a.bottom) / 2 < p.bottom);
			if (home && (a.left < home.left || a.right > home.right || a.bottom > home.bottom)) say("over the edge", texts[i]);
			boxes.forEach((b, j) => { if (j > i && meet(a, b)) say("on another", texts[i]); });
		});
	} else {
		document.querySelectorAll("body *:not(script)").forEach(e => {
			if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != "inline") say("cut", e);
			if (e.getBoundingClientRect().right > innerWidth + 1) say("outside", e);
		});
		const labels = [...document.querySelectorAll(".column span, .column small, .row span, .row em, td")], boxes = labels.map(e => {
			const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect(); });
		boxes.forEach((a, i) => boxes.forEach((b, j) => {
			if (j > i && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3) say("on another", labels[i]);
		}));
	}
	performance.getEntriesByType("resource").forEach(r => bad.push("fetched: " + r.name));
	parent.postMessage([location.hash, bad.length ? bad.join(" | ") : "well"], "*");
});</script>'

# all pages by one session, and measured by one browser, each in a frame of its own
names=() widths=()
{
	echo 'SET search_path = growth_index, shown, public;'
	# page NAME QUERY [WIDTH]
	page() {
		names+=("$1") widths+=("${3:-1280}")
		printf "SELECT CASE WHEN page LIKE '<svg%%' THEN '<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head><body style=\"margin:0\">' ELSE '' END || page FROM (SELECT %s) AS p(page) \\g '%s'\n" \
			"$2" "$scratch/$((${#names[@]} - 1)).html"
	}
	long=郑州高新技术产业开发区智能制造与新一代信息技术融合创新示范应用产业集群培育发展专项资金
	for lang in zh en; do
		page "portrait, $lang" "picture(shown.portrait(5, ''), '$lang')"
		page "portrait, long names, $lang" "picture(shown.portrait(5, '$long'), '$lang')"
		page "portrait, one dimension, $lang" "picture(shown.portrait(1, ''), '$lang')"
		page "portrait, ten dimensions, $lang" "picture(shown.portrait(10, '$long'), '$lang')"
		page "portrait, sixty dimensions, $lang" "picture(shown.portrait(60, '$long'), '$lang')"
		page "portrait, nothing known, $lang" "picture('{\"credit_code\": \"91410100MA4XXXXX0P\", \"name\": \"x\", \"status\": \"pending\"}', '$lang')"
		page "cockpit, $lang" "cockpit_page(shown.cockpit(60, ''), '$lang')"
		page "cockpit, long names, $lang" "cockpit_page(shown.cockpit(60, '$long'), '$lang', '$long')"
		page "cockpit, narrow, $lang" "cockpit_page(shown.cockpit(60, '$long'), '$lang')" 640
		page "cockpit, one indicator, $lang" "cockpit_page(shown.cockpit(1, ''), '$lang')"
		page "cockpit, an empty database, $lang" "cockpit_html('$lang')"
	done
	page 'a fault is seen' "'<svg width=\"90\" height=\"30\"><text x=\"2\" y=\"20\">one</text><text x=\"6\" y=\"20\">two</text></svg>'"
} >"$scratch/pages.sql"
sql -f "$scratch/pages.sql"
{
	printf '<!DOCTYPE html><meta charset="utf-8"><script>addEventListener("message", e => { const p = document.createElement("p"); p.textContent = e.data.join(" "); document.body.append(p); });</script><body>\n'
	for i in "${!names[@]}"; do
		printf '%s' "$measure" >>"$scratch/$i.html"
		printf '<iframe src="%s.html#%s" width="%s" height="1600"></iframe>\n' "$i" "$i" "${widths[i]}"
	done
} >"$scratch/all.html"
timeout 300 $browser --headless=new --no-sandbox --disable-gpu --user-data-dir="$scratch/profile" --window-size=1400,1600 \
	--virtual-time-budget=60000 --dump-dom "file://$scratch/all.html" 2>"$scratch/errors" | sed 's/<p>/\n/g; s,</p>,\n,g' | grep '^#' >"$scratch/measured"
for i in "${!names[@]}"; do
	found=$(sed -n "s/^#$i //p" "$scratch/measured" | cut -c1-600)
	[[ ${names[i]} != 'a fault'* ]] || found=${found/#on another: one/well}
	ok "${names[i]}" "${found:-not measured: $(tail -n 1 "$scratch/errors")}" well
done
echo "1..$n"
