SELECT title AS budget, to_char(amount, 'FM999,999,999') AS amount, to_char(committed, 'FM999,999,990') AS committed,
	to_char(paid, 'FM999,999,990') AS paid, to_char(amount - committed, 'FM999,999,999') AS free
FROM growth_index.budget ORDER BY code;
