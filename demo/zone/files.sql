-- each department's file, as it would send it
SELECT format($$\copy (SELECT credit_code, indicator, value, period_end, department FROM zone.line WHERE department = '%s' ORDER BY line) TO '%s/%1$s.csv' (FORMAT csv, HEADER)$$, department, :'scratch') AS copy
FROM (SELECT DISTINCT department FROM zone.line) AS d \g (tuples_only format=unaligned) :scratch/files.copy
\i :scratch/files.copy
