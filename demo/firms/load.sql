-- The two data sets as plain tables; :data is their folder.  They are read
-- where they lie; nothing of them is in this project.
SELECT format('CREATE TABLE taiwan (firm_id integer PRIMARY KEY, split text, bankrupt boolean, %s)',
	string_agg(format('x%s numeric', i), ', ' ORDER BY i)) FROM generate_series(1, 95) AS i \gexec
SELECT format('CREATE TABLE polish (firm_id integer PRIMARY KEY, %s, bankrupt boolean)',
	string_agg(format('attr%s numeric', i), ', ' ORDER BY i)) FROM generate_series(1, 64) AS i \gexec
\set copy '\\copy taiwan FROM PROGRAM ''gzip -dc "' :data '/taiwan_bankruptcy/taiwan_6819.csv.gz"'' (FORMAT csv, HEADER)'
:copy
\set copy '\\copy polish FROM PROGRAM ''gzip -dc "' :data '/polish_bankruptcy_year1/polish_1year.csv.gz"'' (FORMAT csv, HEADER)'
:copy
ANALYZE taiwan, polish;
