// The rival of score/duckdb and fit/duckdb: runs what queries.sql has planned
// on one thread of DuckDB, over tables of its own in memory, and prints a line
// "name milliseconds answer" a query: the median of five runs after a first one.
//	node rival.mjs plan.json

import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const ROUNDS = 5;
const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();

for (const statement of plan.setup) {
	await connection.run(statement);
}
for (const [name, query] of Object.entries(plan.queries)) {
	const times = [];
	let answer;
	for (let round = 0; round <= ROUNDS; round++) {
		const began = performance.now();
		const reader = await connection.runAndReadAll(query);
		const rows = reader.getRows();
		if (round > 0) {
			times.push(performance.now() - began);
		}
		answer = String(rows[0][0]);
	}
	times.sort((a, b) => a - b);
	console.log(name, times[(ROUNDS - 1) / 2].toFixed(3), answer);
}
