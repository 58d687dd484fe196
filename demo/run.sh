#!/bin/bash
#
# The demo as a newcomer sees it.  It expects an empty database, to which the
# usual PGHOST, PGPORT, PGUSER and PGDATABASE lead, on a server that has
# pg_cron.  DATA names the folder of the real data sets (default: ../shared/data
# beside the project, if it is there), PICTURE the file for the picture.
#
set -u -o pipefail
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
cd "$root" || exit 1
data=${DATA:-../shared/data}
[ -d "$data" ] && data=$(cd "$data" && pwd)
picture=${PICTURE:-$root/demo/out/portrait.svg}
mkdir -p "${picture%/*}"
cd demo || exit 1

export PGCLIENTENCODING=UTF8 PGTZ=${PGTZ:-UTC}
export PGOPTIONS="${PGOPTIONS:-} -c search_path=growth_index,public -c client_min_messages=warning"
unset PAGER PSQL_PAGER

. ./terminal.sh

begun=$(now)
printf '%sgrowth_index: from what departments upload to what enterprises are paid%s\n' "$bold" "$plain"

heading '0  The server'
step 'Creating the extensions growth_index and pg_cron' -f setup.sql

if [ -r "$data/taiwan_bankruptcy/taiwan_6819.csv.gz" ] && [ -r "$data/polish_bankruptcy_year1/polish_1year.csv.gz" ]; then
	heading '1  Real firms: does the rating order what really happened?'
	say '6,819 Taiwanese firms (95 ratios) and 7,027 Polish firms (64 ratios, with'
	say 'real gaps). Each row becomes a profile; one scorecard of 12 ratios a country.'
	say "The data are read from $data."
	say ''
	step 'Loading both data sets' -f firms/load.sql
	step 'Scoring and rating 13,846 firms' -f firms/score.sql
	show 'Firms, and how well the score tells those that went bankrupt from the others' -f firms/auc.sql
	show 'Bankrupt firms by grade, of those whose outcome is known' -f firms/grades.sql
	say ''
	say 'AUC 1: every failed firm scored below every surviving one; 0.5: chance. Ratios'
	say 'and bounds were chosen looking at these very firms: a fit, not a forecast.'
	show 'What a rule for missing values is worth: Polish interest cover, 311 firms lack it' -f firms/missing.sql
else
	heading '1  Real firms: skipped'
	say "$data/{taiwan_bankruptcy,polish_bankruptcy_year1} are not there."
	say 'Public sources: UCI data sets 572 and 365 (archive.ics.uci.edu). make demo DATA=folder'
fi

heading '2  A zone of 6,800 enterprises'
say 'All of it is made up, by hashes: the same on every machine. Rules and amounts'
say 'are defaults of this project, to be checked against the official texts.'
say ''
step 'Making 6,800 enterprises' -f zone/enterprises.sql -f zone/figures.sql
step 'Entering catalogue, scorecard 20+N, institutions, policies, loans' \
	-f zone/catalogue.sql -f zone/rules.sql
step 'Making the files of seven departments' -f zone/uploads.sql -f zone/files.sql
for department in tax statistics science ip social_security market finance; do
	step "Upload by COPY: $department" -v department=$department -f zone/upload.sql
done
step 'Entering equity and loans raised' -f zone/finance.sql
show 'Receipts of the uploads: growth_index.upload_receipt' -f zone/receipts.sql
show 'What was refused, and why: growth_index.upload_error' -f zone/errors.sql

heading '3  Refresh: profiles, scores, ratings, matches'
step 'Scheduling the jobs: growth_index.schedule_jobs()' -f zone/schedule.sql
say ''
wait_for_refresh
show 'What the run did: growth_index.refresh_run' -f zone/run.sql

heading '4  What came out'
show 'The headline figures: growth_index.headline' -f zone/headline.sql
show 'Ratings: growth_index.rating_distribution' -f zone/ratings.sql
show 'The ten best: growth_index.enterprise_score' -f zone/top.sql

heading '5  One enterprise'
star=$(sql -At -f zone/star.sql 2>"$scratch/errors") && [ -n "$star" ] || stop 'Choosing an enterprise'
show "Its portrait as JSON, shortened: growth_index.portrait('$star')" -v star="$star" -f zone/portrait.sql
say ''
step 'Drawing the portrait: growth_index.portrait_svg()' -v star="$star" -o "$picture" -At -f zone/picture.sql
show 'Policies and products that it matches: match_policies(), match_products()' -v star="$star" -f zone/matches.sql
show 'Why, clause by clause: explain_match()' -v star="$star" -f zone/reasons.sql

heading '6  One policy'
show "Whom the refinancing reward reaches: growth_index.match_enterprises('refinancing')" -f zone/reach.sql

heading '7  One benefit, from the match to the money, without an application'
say 'growth_index.advance_entitlements() does the part of the system,'
say 'confirm_entitlement() is the click of the enterprise.'
say ''
step 'Ten days ago: the system reviews and publicises all matches' -f zone/propose.sql
step 'Today: publicity is over, the enterprises are told' -f zone/push.sql
step 'One enterprise confirms by a click' -v star="$star" -f zone/confirm.sql
step 'The system approves and pays what is confirmed' -f zone/pay.sql
show 'Its way: growth_index.entitlement_event' -v star="$star" -f zone/steps.sql
show 'The budgets: growth_index.budget' -f zone/budget.sql

step 'Drawing the zone on one page: growth_index.cockpit_html()' -o "${picture%/*}/cockpit.html" -At -f zone/cockpit.sql

heading "Done in $((($(now) - begun) / 1000)) s"
say "The picture       $picture"
say "The cockpit       ${picture%/*}/cockpit.html"
say "Open the database make psql"
say "Remove all        make clean-demo"
say ''
say 'Three queries to try in make psql:'
cat <<-END

	    ${bold}-- the best, with the grade as an ordered type${plain}
	    SELECT name, industry, score, rating FROM enterprise_score WHERE rating >= 'AA' ORDER BY score DESC;

	    ${bold}-- a policy before it is issued: whom would it reach, and what would it cost?${plain}
	    SELECT count(*) AS enterprises, sum(evaluate('least(rd_expense * 0.05, 500000)', profile)) AS cost
	    FROM enterprise_profile
	    WHERE profile @@ '''专精特新'' = ANY (honours) AND rd_expense / revenue >= 0.06 AND NOT dishonest';

	    ${bold}-- where the points of one enterprise come from${plain}
	    SELECT name, left(raw, 16) AS raw, points, possible, reason
	    FROM score_detail((SELECT card FROM scorecard_version WHERE code = 'innovation' AND active),
	        (SELECT profile FROM enterprise_profile WHERE credit_code = '$star'), current_date);

END
