/*
 * The packs that come with the extension, each as one document.  What they say
 * of weights, stages and counting is a default of this project, and says so.
 */
INSERT INTO growth_index.shipped_pack (name, document) VALUES ('national_18', $pack$
{"pack": "national_18", "title_zh": "国家创新积分 18 项", "title_en": "National innovation points, 18 indicators",
"source": "default of growth_index, to be checked against the official text: names after the Torch Center's guide 1.0 (2022); weights, stages and counting are this project's",
"requires": [],
"departments": [
	{"code": "statistics", "name_zh": "统计局", "name_en": "Statistics bureau"},
	{"code": "tax", "name_zh": "税务局", "name_en": "Tax office"},
	{"code": "ip", "name_zh": "知识产权局", "name_en": "Intellectual property office"},
	{"code": "science", "name_zh": "科技局", "name_en": "Science and technology bureau"},
	{"code": "social_security", "name_zh": "人力资源和社会保障局", "name_en": "Social security bureau"},
	{"code": "finance", "name_zh": "金融服务局", "name_en": "Financial services bureau"},
	{"code": "market", "name_zh": "市场监督管理局", "name_en": "Market supervision bureau"}],
"indicators": [
	{"code": "rd_expense", "name_zh": "研发费用", "name_en": "R&D expense", "dimension": "technology", "unit": "CNY", "direction": "higher", "department": "statistics", "valid_min": 0, "valid_max": 1000000000000},
	{"code": "rd_expense_prior", "name_zh": "上年研发费用", "name_en": "R&D expense of the year before", "dimension": "technology", "unit": "CNY", "direction": "neutral", "department": "statistics", "valid_min": 0, "valid_max": 1000000000000},
	{"code": "revenue", "name_zh": "营业收入", "name_en": "Revenue", "dimension": "growth", "unit": "CNY", "direction": "higher", "department": "tax", "valid_min": 0, "valid_max": 10000000000000},
	{"code": "revenue_prior", "name_zh": "上年营业收入", "name_en": "Revenue of the year before", "dimension": "growth", "unit": "CNY", "direction": "neutral", "department": "tax", "valid_min": 0, "valid_max": 10000000000000},
	{"code": "employees", "name_zh": "职工总数", "name_en": "Employees", "dimension": "growth", "unit": "persons", "direction": "higher", "department": "statistics", "valid_min": 0, "valid_max": 1000000},
	{"code": "tech_staff", "name_zh": "科技人员数", "name_en": "Staff in science and technology", "dimension": "technology", "unit": "persons", "direction": "higher", "department": "statistics", "valid_min": 0, "valid_max": 1000000},
	{"code": "postgraduates", "name_zh": "研究生以上人员数", "name_en": "Staff with a postgraduate degree", "dimension": "growth", "unit": "persons", "direction": "higher", "department": "statistics", "valid_min": 0, "valid_max": 1000000},
	{"code": "invention_applications", "name_zh": "发明专利申请量", "name_en": "Invention patents applied for", "dimension": "technology", "unit": "count", "direction": "higher", "department": "ip", "valid_min": 0, "valid_max": 100000},
	{"code": "pct_applications", "name_zh": "PCT专利申请量", "name_en": "PCT patents applied for", "dimension": "technology", "unit": "count", "direction": "higher", "department": "ip", "valid_min": 0, "valid_max": 100000},
	{"code": "technology_contracts", "name_zh": "技术合同成交额", "name_en": "Technology contracts concluded", "dimension": "technology", "unit": "CNY", "direction": "higher", "department": "science", "valid_min": 0, "valid_max": 1000000000000},
	{"code": "hightech_revenue", "name_zh": "高新技术产品收入", "name_en": "Revenue from high-tech products", "dimension": "growth", "unit": "CNY", "direction": "higher", "department": "statistics", "valid_min": 0, "valid_max": 10000000000000},
	{"code": "rd_tax_deduction", "name_zh": "研发费用加计扣除所得税减免额", "name_en": "Income tax relief for R&D expense", "dimension": "growth", "unit": "CNY", "direction": "higher", "department": "tax", "valid_min": 0, "valid_max": 100000000000},
	{"code": "net_profit", "name_zh": "净利润", "name_en": "Net profit", "dimension": "growth", "unit": "CNY", "direction": "higher", "department": "tax", "valid_min": -1000000000000, "valid_max": 1000000000000},
	{"code": "net_assets", "name_zh": "净资产", "name_en": "Net assets", "dimension": "growth", "unit": "CNY", "direction": "higher", "department": "tax", "valid_min": -10000000000000, "valid_max": 10000000000000},
	{"code": "graduates_hired", "name_zh": "吸纳应届毕业生人数", "name_en": "Graduates hired", "dimension": "auxiliary", "unit": "persons", "direction": "higher", "department": "social_security", "valid_min": 0, "valid_max": 100000},
	{"code": "rd_platforms_2y", "name_zh": "近两年省级以上研发平台数", "name_en": "Provincial R&D platforms of two years", "dimension": "auxiliary", "unit": "count", "direction": "higher", "department": "science", "valid_min": 0, "valid_max": 1000},
	{"code": "science_awards_2y", "name_zh": "近两年省级以上科技奖励数", "name_en": "Provincial science awards of two years", "dimension": "auxiliary", "unit": "count", "direction": "higher", "department": "science", "valid_min": 0, "valid_max": 1000},
	{"code": "science_projects_2y", "name_zh": "近两年省级以上科技计划项目数", "name_en": "Provincial science projects of two years", "dimension": "auxiliary", "unit": "count", "direction": "higher", "department": "science", "valid_min": 0, "valid_max": 1000},
	{"code": "venture_capital", "name_zh": "获得风险投资金额", "name_en": "Venture capital received", "dimension": "auxiliary", "unit": "CNY", "direction": "higher", "department": "finance", "valid_min": 0, "valid_max": 100000000000},
	{"code": "dishonest", "name_zh": "是否失信", "name_en": "On the list of the dishonest", "data_type": "boolean", "direction": "lower", "period_kind": "point", "department": "market"},
	{"code": "severe_penalty_12m", "name_zh": "一年内受严重行政处罚", "name_en": "Severe penalty within a year", "data_type": "boolean", "direction": "lower", "period_kind": "point", "department": "market"}],
"block": {
	"coverage": 0.7,
	"segment": "CASE WHEN age_in_months(founded) <= 60 AND revenue < 20000000 THEN 'start-up' WHEN age_in_months(founded) > 120 OR revenue >= 400000000 THEN 'stable' WHEN founded IS NOT NULL THEN 'growth' END",
	"segments": ["start-up", "growth", "stable"],
	"ratings": [{"grade": "AAA", "from": 90}, {"grade": "AA", "from": 80}, {"grade": "A", "from": 70}, {"grade": "BBB", "from": 60}, {"grade": "BB", "from": 50}, {"grade": "B", "from": 40}, {"grade": "CCC", "from": 30}, {"grade": "CC", "from": 20}, {"grade": "C", "from": 0}],
	"overrides": [{"when": "dishonest", "at_most": "C"}, {"when": "severe_penalty_12m", "at_most": "BB"}],
	"dimensions": [{"code": "technology", "name": "技术创新", "name_en": "Technology innovation"}, {"code": "growth", "name": "成长经营", "name_en": "Growth and operation"}, {"code": "auxiliary", "name": "辅助指标", "name_en": "Auxiliary"}],
	"indicators": [
		{"code": "rd_expense", "name": "研发费用金额", "name_en": "R&D expense", "dimension": "technology", "normalise": {"log": [100000, 100000000]}, "weight": {"start-up": 8, "growth": 10, "stable": 11}, "missing": "reweight"},
		{"code": "rd_expense_growth", "name": "研发费用增速", "name_en": "Growth of R&D expense", "dimension": "technology", "value": "CASE WHEN rd_expense_prior > 0 THEN (rd_expense - rd_expense_prior) / rd_expense_prior END", "normalise": {"linear": [0, 0.5]}, "weight": {"start-up": 8, "growth": 8, "stable": 5}, "missing": "reweight"},
		{"code": "rd_intensity", "name": "研发费用占营业收入的比例", "name_en": "R&D expense / revenue", "dimension": "technology", "value": "CASE WHEN revenue > 0 THEN rd_expense / revenue END", "normalise": {"linear": [0, 0.15]}, "weight": {"start-up": 12, "growth": 9, "stable": 8}, "missing": "reweight"},
		{"code": "tech_staff_ratio", "name": "科技人员占职工总数的比重", "name_en": "Technical staff / staff", "dimension": "technology", "value": "CASE WHEN employees > 0 THEN tech_staff / employees END", "normalise": {"linear": [0, 0.5]}, "weight": {"start-up": 10, "growth": 7, "stable": 5}, "missing": "reweight"},
		{"code": "invention_applications", "name": "发明专利申请量", "name_en": "Invention patent applications", "dimension": "technology", "normalise": {"per_unit": {"cap": 20}}, "weight": {"start-up": 12, "growth": 10, "stable": 8}, "missing": "zero"},
		{"code": "pct_applications", "name": "PCT专利申请量", "name_en": "PCT patent applications", "dimension": "technology", "normalise": {"per_unit": {"cap": 5}}, "weight": {"start-up": 4, "growth": 3, "stable": 3}, "missing": "zero"},
		{"code": "technology_contracts", "name": "企业技术合同成交额", "name_en": "Technology contracts", "dimension": "technology", "normalise": {"log": [10000, 50000000]}, "weight": {"start-up": 6, "growth": 5, "stable": 5}, "missing": "zero"},
		{"code": "hightech_revenue", "name": "高新技术产品收入", "name_en": "Revenue of high-tech products", "dimension": "growth", "normalise": {"log": [100000, 1000000000]}, "weight": {"start-up": 4, "growth": 7, "stable": 9}, "missing": "reweight"},
		{"code": "revenue", "name": "营业收入", "name_en": "Revenue", "dimension": "growth", "normalise": {"log": [1000000, 2000000000]}, "weight": {"start-up": 3, "growth": 6, "stable": 9}, "missing": "reweight"},
		{"code": "revenue_growth", "name": "营业收入增长率", "name_en": "Growth of revenue", "dimension": "growth", "value": "CASE WHEN revenue_prior > 0 THEN (revenue - revenue_prior) / revenue_prior END", "normalise": {"linear": [-0.1, 0.5]}, "weight": {"start-up": 8, "growth": 10, "stable": 8}, "missing": "reweight"},
		{"code": "postgraduate_ratio", "name": "研究生以上人员占比", "name_en": "Postgraduates / staff", "dimension": "growth", "value": "CASE WHEN employees > 0 THEN postgraduates / employees END", "normalise": {"linear": [0, 0.3]}, "weight": {"start-up": 6, "growth": 4, "stable": 4}, "missing": "reweight"},
		{"code": "rd_tax_deduction", "name": "研发费用加计扣除所得税减免额", "name_en": "Income tax saved by R&D deduction", "dimension": "growth", "normalise": {"log": [10000, 10000000]}, "weight": {"start-up": 3, "growth": 5, "stable": 6}, "missing": "reweight"},
		{"code": "return_on_equity", "name": "净资产利润率", "name_en": "Return on equity", "dimension": "growth", "value": "CASE WHEN net_assets > 0 THEN net_profit / net_assets WHEN net_assets <= 0 THEN 0 END", "normalise": {"linear": [0, 0.25]}, "weight": {"start-up": 1, "growth": 4, "stable": 7}, "missing": "reweight"},
		{"code": "graduates_hired", "name": "吸纳应届毕业生人数", "name_en": "Graduates hired", "dimension": "auxiliary", "normalise": {"per_unit": {"cap": 50}}, "weight": {"start-up": 3, "growth": 2, "stable": 2}, "missing": "zero"},
		{"code": "rd_platforms_2y", "name": "近两年省级及以上研发或创新平台数量", "name_en": "R&D platforms, two years", "dimension": "auxiliary", "normalise": {"per_unit": {"cap": 3}}, "weight": {"start-up": 3, "growth": 3, "stable": 3}, "missing": "zero"},
		{"code": "science_awards_2y", "name": "近两年省级及以上科技奖励数量", "name_en": "Science awards, two years", "dimension": "auxiliary", "normalise": {"per_unit": {"cap": 3}}, "weight": {"start-up": 2, "growth": 2, "stable": 3}, "missing": "zero"},
		{"code": "science_projects_2y", "name": "近两年省级及以上科技计划项目数量", "name_en": "Science projects, two years", "dimension": "auxiliary", "normalise": {"per_unit": {"cap": 3}}, "weight": {"start-up": 3, "growth": 2, "stable": 2}, "missing": "zero"},
		{"code": "venture_capital", "name": "获得风险投资金额", "name_en": "Venture capital received", "dimension": "auxiliary", "normalise": {"log": [1000000, 100000000]}, "weight": {"start-up": 4, "growth": 3, "stable": 2}, "missing": "zero"}]},
"scorecards": [{"code": "innovation", "card": {
	"name": "国家创新积分 18 项",
	"name_en": "National innovation points, 18",
	"source": "growth_index 的默认值，须与官方文本核对：国家 18 项指标",
	"source_en": "default of growth_index, to be checked against the official text: the 18 national indicators",
	"parts": [{"pack": "national_18", "points": 100}]}}]}
$pack$);
INSERT INTO growth_index.shipped_pack (name, document) VALUES ('pilot_20', $pack$
{"pack": "pilot_20", "title_zh": "试点创新积分 20 项", "title_en": "Pilot innovation points, 20 indicators",
"source": "default of growth_index, to be checked against the official text: the 18 national indicators and two of the pilot",
"requires": ["national_18"],
"departments": [
	{"code": "ip", "name_zh": "知识产权局", "name_en": "Intellectual property office"},
	{"code": "tax", "name_zh": "税务局", "name_en": "Tax office"}],
"indicators": [
	{"code": "invention_grants", "name_zh": "发明专利授权量", "name_en": "Invention patents granted", "dimension": "pilot", "unit": "count", "direction": "higher", "department": "ip", "valid_min": 0, "valid_max": 100000},
	{"code": "net_profit_prior", "name_zh": "上年净利润", "name_en": "Net profit of the year before", "dimension": "pilot", "unit": "CNY", "direction": "neutral", "department": "tax", "valid_min": -1000000000000, "valid_max": 1000000000000}],
"block": {
	"dimensions": [{"code": "pilot", "name": "试点指标", "name_en": "Pilot"}],
	"indicators": [
		{"code": "invention_grants", "name": "发明专利授权量", "name_en": "Invention patents granted", "dimension": "pilot", "normalise": {"per_unit": {"cap": 10}}, "weight": 60, "missing": "zero"},
		{"code": "net_profit_growth", "name": "净利润增长率", "name_en": "Growth of net profit", "dimension": "pilot", "value": "CASE WHEN net_profit_prior > 0 THEN (net_profit - net_profit_prior) / net_profit_prior END", "normalise": {"linear": [-0.1, 0.5]}, "weight": 40, "missing": "reweight"}]},
"scorecards": [{"code": "innovation", "card": {
	"name": "试点创新积分 20 项",
	"name_en": "Pilot innovation points, 20",
	"source": "growth_index 的默认值，须与官方文本核对：国家 18 项指标 90 分，试点 2 项 10 分",
	"source_en": "default of growth_index, to be checked against the official text: the 18 national indicators with 90 points, 2 of the pilot with 10",
	"parts": [{"pack": "national_18", "points": 90}, {"pack": "pilot_20", "points": 10}]}}]}
$pack$);
INSERT INTO growth_index.shipped_pack (name, document) VALUES ('local_12', $pack$
{"pack": "local_12", "title_zh": "高新区特色 12 项 (N)", "title_en": "Local indicators, 12 (the N of 20+N)",
"source": "default of growth_index, to be checked against the official text: an example of a zone's own twelve",
"requires": ["national_18", "pilot_20"],
"departments": [
	{"code": "tax", "name_zh": "税务局", "name_en": "Tax office"},
	{"code": "social_security", "name_zh": "人力资源和社会保障局", "name_en": "Social security bureau"},
	{"code": "ip", "name_zh": "知识产权局", "name_en": "Intellectual property office"},
	{"code": "market", "name_zh": "市场监督管理局", "name_en": "Market supervision bureau"},
	{"code": "finance", "name_zh": "金融服务局", "name_en": "Financial services bureau"},
	{"code": "science", "name_zh": "科技局", "name_en": "Science and technology bureau"}],
"indicators": [
	{"code": "tax_paid", "name_zh": "纳税总额", "name_en": "Tax paid", "dimension": "local", "unit": "CNY", "direction": "higher", "department": "tax", "valid_min": 0, "valid_max": 1000000000000, "core": false},
	{"code": "tax_paid_prior", "name_zh": "上年纳税总额", "name_en": "Tax paid the year before", "dimension": "local", "unit": "CNY", "direction": "neutral", "department": "tax", "valid_min": 0, "valid_max": 1000000000000, "core": false},
	{"code": "insured_staff", "name_zh": "社保缴纳人数", "name_en": "Staff insured", "dimension": "local", "unit": "persons", "direction": "higher", "department": "social_security", "valid_min": 0, "valid_max": 1000000, "core": false},
	{"code": "total_assets", "name_zh": "资产总额", "name_en": "Total assets", "dimension": "local", "unit": "CNY", "direction": "neutral", "department": "tax", "valid_min": 0, "valid_max": 10000000000000, "core": false},
	{"code": "total_liabilities", "name_zh": "负债总额", "name_en": "Total liabilities", "dimension": "local", "unit": "CNY", "direction": "lower", "department": "tax", "valid_min": 0, "valid_max": 10000000000000, "core": false},
	{"code": "software_copyrights", "name_zh": "软件著作权数", "name_en": "Software copyrights", "dimension": "local", "unit": "count", "direction": "higher", "department": "ip", "valid_min": 0, "valid_max": 100000, "core": false},
	{"code": "standards", "name_zh": "主导或参与制定标准数", "name_en": "Standards drawn up", "dimension": "local", "unit": "count", "direction": "higher", "department": "market", "valid_min": 0, "valid_max": 10000, "core": false},
	{"code": "listing_stage", "name_zh": "上市进程", "name_en": "Stage of listing", "dimension": "local", "data_type": "text", "direction": "neutral", "period_kind": "point", "department": "finance", "core": false},
	{"code": "honours", "name_zh": "资质荣誉", "name_en": "Certificates and honours", "dimension": "local", "data_type": "set", "direction": "neutral", "period_kind": "point", "department": "science", "core": false},
	{"code": "equity_raised", "name_zh": "股权融资额", "name_en": "Equity raised", "dimension": "local", "unit": "CNY", "direction": "higher", "department": "finance", "valid_min": 0, "valid_max": 1000000000000, "core": false},
	{"code": "credit_record", "name_zh": "信用记录", "name_en": "Credit record", "dimension": "local", "data_type": "text", "direction": "neutral", "period_kind": "point", "department": "market", "core": false}],
"block": {
	"dimensions": [{"code": "local", "name": "高新区特色", "name_en": "Zone's own"}],
	"indicators": [
		{"code": "tax_paid", "name": "纳税总额", "name_en": "Tax paid", "dimension": "local", "normalise": {"log": [10000, 50000000]}, "weight": 12, "missing": "reweight"},
		{"code": "tax_growth", "name": "税收增速", "name_en": "Growth of tax", "dimension": "local", "value": "CASE WHEN tax_paid_prior > 0 THEN (tax_paid - tax_paid_prior) / tax_paid_prior END", "normalise": {"linear": [0, 0.5]}, "weight": 8, "missing": "reweight"},
		{"code": "net_profit", "name": "净利润", "name_en": "Net profit", "dimension": "local", "normalise": {"log": [100000, 200000000]}, "weight": 12, "missing": "reweight"},
		{"code": "employees", "name": "职工人数", "name_en": "Staff", "dimension": "local", "normalise": {"log": [5, 2000]}, "weight": 8, "missing": "reweight"},
		{"code": "insured_staff", "name": "社保缴纳人数", "name_en": "Insured staff", "dimension": "local", "normalise": {"log": [5, 2000]}, "weight": 8, "missing": "reweight"},
		{"code": "debt_ratio", "name": "资产负债率", "name_en": "Debt ratio", "dimension": "local", "value": "CASE WHEN total_assets > 0 THEN total_liabilities / total_assets END", "normalise": {"bins": [[null, 100], [0.55, 50], [0.75, 0]]}, "weight": 8, "missing": "reweight"},
		{"code": "software_copyrights", "name": "软件著作权数", "name_en": "Software copyrights", "dimension": "local", "normalise": {"per_unit": {"cap": 20}}, "weight": 8, "missing": "zero"},
		{"code": "standards", "name": "主导或参与制定标准数", "name_en": "Standards drafted", "dimension": "local", "normalise": {"per_unit": {"cap": 5}}, "weight": 8, "missing": "zero"},
		{"code": "listing_stage", "name": "上市进程", "name_en": "Listing stage", "dimension": "local", "normalise": {"category": {"guided": 40, "filed": 70, "listed": 100}}, "weight": 8, "missing": "zero"},
		{"code": "honours", "name": "资质荣誉", "name_en": "Honours", "dimension": "local", "normalise": {"set": {"科技型中小企业": 20, "高新技术企业": 40, "专精特新": 30, "瞪羚": 40, "小巨人": 60, "独角兽": 100}, "cap": 100}, "weight": 12, "missing": "zero"},
		{"code": "equity_raised", "name": "股权融资额", "name_en": "Equity raised", "dimension": "local", "normalise": {"log": [1000000, 100000000]}, "weight": 4, "missing": "zero"},
		{"code": "credit_record", "name": "信用记录", "name_en": "Credit record", "dimension": "local", "normalise": {"category": {"good": 100, "warning": 50}, "else": 0}, "weight": 4, "missing": "reweight"}]},
"scorecards": [{"code": "innovation", "card": {
	"name": "创新积分 20+N",
	"name_en": "Innovation points 20+N",
	"source": "growth_index 的默认值，须与官方文本核对：国家 18 项指标 70 分，试点 2 项 5 分，本区 12 项 25 分",
	"source_en": "default of growth_index, to be checked against the official text: the 18 national indicators with 70 points, 2 of the pilot with 5, 12 of the zone with 25",
	"overrides": [{"when": "credit_record = 'dishonest'", "at_most": "C"}, {"when": "dishonest", "at_most": "C"}, {"when": "severe_penalty_12m", "at_most": "BB"}],
	"parts": [{"pack": "national_18", "points": 70}, {"pack": "pilot_20", "points": 5}, {"pack": "local_12", "points": 25}]}}]}
$pack$);
