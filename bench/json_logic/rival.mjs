// The rival of policy_set_1k/json_logic: the generator's criteria as rules of
// json-logic-engine, compiled before, each profile against all of them.
//	node rival.mjs policies.txt profiles.json
// Prints milliseconds a profile (median of five runs) and the number of matches.

import { readFileSync } from 'node:fs';
import { LogicEngine } from 'json-logic-engine';

const ROUNDS = 5;
const [policies, profiles] = process.argv.slice(2).map((name) =>
	readFileSync(name, 'utf8').split('\n').filter((line) => line !== ''));

// the criteria as rules: the generator's forms, and nothing else
function parse(text) {
	const tokens = text.match(/'[^']*'|>=|<=|[<>=(),]|[\w.+-]+/g);
	const next = (wanted) => {
		const token = tokens.shift();
		if (wanted !== undefined && token !== wanted) {
			throw new Error(`${wanted} expected, not ${token}: ${text}`);
		}
		return token;
	};
	const take = () => {
		let token = next();
		if (token === 'DATE') {
			token = next();
		}
		return token.startsWith("'") ? token.slice(1, -1) : Number(token);
	};
	const joined = (word, key, part) => {
		const parts = [part()];
		while (tokens[0] === word) {
			next();
			parts.push(part());
		}
		return parts.length === 1 ? parts[0] : { [key]: parts };
	};
	const either = () => joined('OR', 'or', () => joined('AND', 'and', factor));
	function factor() {
		if (tokens[0] === '(') {
			next('(');
			const inner = either();
			next(')');
			return inner;
		}
		if (tokens[0] === 'NOT') {
			next();
			return { '!': factor() };
		}
		const value = { var: next() };
		if (['>=', '<=', '<', '>', '='].includes(tokens[0])) {
			const operator = next();
			return { [operator === '=' ? '===' : operator]: [value, take()] };
		}
		if (tokens[0] === 'BETWEEN') {
			next();
			const low = take();
			next('AND');
			return { '<=': [low, value, take()] };
		}
		if (tokens[0] === 'IN' || tokens[0] === 'NOT') {
			const negated = tokens[0] === 'NOT';
			if (negated) {
				next();
			}
			next('IN');
			next('(');
			const list = [take()];
			while (tokens[0] === ',') {
				next();
				list.push(take());
			}
			next(')');
			return negated ? { '!': { in: [value, list] } } : { in: [value, list] };
		}
		return value;
	}
	const rule = either();
	if (tokens.length > 0) {
		throw new Error(`cannot read: ${text}`);
	}
	return rule;
}

const engine = new LogicEngine();
const rules = policies.map((text) => engine.build(parse(text)));
const subjects = profiles.map((line) => JSON.parse(line));
const times = [];
let matches;
for (let round = 0; round <= ROUNDS; round++) {
	const began = performance.now();
	matches = 0;
	for (const subject of subjects) {
		for (const rule of rules) {
			matches += rule(subject) ? 1 : 0;
		}
	}
	if (round > 0) {
		times.push((performance.now() - began) / subjects.length);
	}
}
times.sort((a, b) => a - b);
console.log(times[(ROUNDS - 1) / 2].toFixed(4), matches);
