-- a department sends its file: one statement, one receipt; what is wrong is refused line by line
\set copy '\\copy growth_index.upload FROM ' '''' :scratch '/' :department '.csv'' (FORMAT csv, HEADER)'
:copy
