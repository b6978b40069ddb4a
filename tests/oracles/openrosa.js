// Evaluates expressions with the openrosa evaluator; JSON on stdin, JSON on stdout.
//
// In:  {"now": "2026-…Z", "documents": [{"xml": "…", "labels": {question: {choice: label}},
//       "questions": [{"expression": "…", "node": 7}]}]}; `node` counts elements from 0.
// Out: a list for each document of {"text", "truth"} or {"error"}.
'use strict';

const fs = require('node:fs');
const { DOMParser, Element, Node } = require('@xmldom/xmldom');
const xpath = require('xpath');

const input = JSON.parse(fs.readFileSync(0, 'utf8'));
const RealDate = Date;
globalThis.Date = class extends RealDate {
    constructor(...parts) {
        super(...(parts.length ? parts : [input.now]));
    }
};
globalThis.Node = Node;
globalThis.XPathResult = xpath.XPathResult;
globalThis.XPathEvaluator = class {
    createExpression(expression) {
        return {
            evaluate: (node, type) => xpath.evaluate(expression, node, null, type ?? 0, null),
        };
    }

    evaluate(expression, node, resolver, type) {
        return xpath.evaluate(expression, node, null, type ?? 0, null);
    }
};
Object.defineProperty(Element.prototype, 'previousElementSibling', {
    get() {
        let node = this.previousSibling;
        while (node && node.nodeType !== Node.ELEMENT_NODE) node = node.previousSibling;
        return node;
    },
});

const ExtendedXPathEvaluator = require('openrosa-xpath-evaluator/src/extended-xpath');
const extensions = require('openrosa-xpath-evaluator/src/openrosa-extensions')();

const { asNumber } = require('openrosa-xpath-evaluator/src/utils/xpath-cast');

let labels = {};
const text = (value) => ({ t: 'str', v: value });
const asText = (value) => (value.t === 'arr' ? value.v[0]?.textContent ?? '' : String(value.v));
const within = (node, row) => {
    for (let each = node; each; each = each.parentNode) if (each === row) return true;
    return false;
};

// What the evaluator leaves to the program around it, as the XForms specification has it.
extensions.func['jr:choice-name'] = (choice, question) => {
    const name = asText(question).replace(/[${}\s]/g, '').split('/').pop();
    return text(labels[name]?.[asText(choice)] ?? asText(choice));
};
extensions.func.version = () => text(input.version ?? '');
extensions.func['jr:itext'] = (key) => text(labels['itext']?.[asText(key)] ?? '');
extensions.func.pulldata = () => text('');
extensions.func['indexed-repeat'] = (nodes, ...pairs) => {
    let found = nodes.v;
    for (let place = 0; place < pairs.length; place += 2) {
        const rows = pairs[place].v.filter((row) => found.some((node) => within(node, row)));
        const index = parseInt(asText(pairs[place + 1]), 10);
        found = found.filter((node) => rows[index - 1] && within(node, rows[index - 1]));
    }
    return { t: 'arr', v: found };
};

// A browser does these itself; the small XPath library here takes what is no number for 0.
const number = (value) => ({ t: 'num', v: value });
extensions.func.floor = (value) => number(Math.floor(asNumber(value)));
extensions.func.ceiling = (value) => number(Math.ceil(asNumber(value)));

// Two functions of the Community Health Toolkit, by its documentation.
const parts = (value) => {
    const days = asNumber(value);
    const day = new RealDate(days * 86400000);
    const year = day.getUTCFullYear();
    return year >= 1 && year <= 9999 ? [year, day.getUTCMonth(), day] : null;
};
extensions.func['add-date'] = (start, ...amounts) => {
    const found = parts(start);
    if (!found) return text('');
    const [year, month, day] = found;
    const [years, months, days, hours, minutes] = [0, 1, 2, 3, 4].map((place) =>
        amounts[place] ? Math.trunc(asNumber(amounts[place])) || 0 : 0
    );
    const moved = new RealDate(
        Date.UTC(year + years, month + months, day.getUTCDate() + days,
            day.getUTCHours() + hours, day.getUTCMinutes() + minutes)
    );
    const reached = moved.getUTCFullYear();
    if (!(reached >= 1 && reached <= 9999)) return text('');
    return text(moved.toISOString().replace('T00:00:00.000Z', '').replace('Z', '-00:00'));
};
extensions.func['difference-in-months'] = (start, end) => {
    const [first, last] = [parts(start), parts(end)];
    if (!first || !last) return number(NaN);
    const months = (last[0] - first[0]) * 12 + last[1] - first[1];
    const length = new RealDate(Date.UTC(last[0], last[1] + 1, 0)).getUTCDate();
    const day = Math.min(first[2].getUTCDate(), length);
    return number(last[2].getUTCDate() < day ? months - 1 : months);
};

const evaluator = new ExtendedXPathEvaluator(new XPathEvaluator(), extensions);

function evaluated(expression, node) {
    try {
        const ask = (type) => evaluator.evaluate(expression, node, null, type);
        return {
            text: ask(XPathResult.STRING_TYPE).stringValue,
            truth: ask(XPathResult.BOOLEAN_TYPE).booleanValue,
        };
    } catch (error) {
        return { error: String(error.message ?? error).slice(0, 200) };
    }
}

const answers = input.documents.map((document) => {
    const parsed = new DOMParser().parseFromString(document.xml, 'text/xml');
    const elements = Array.from(parsed.getElementsByTagName('*'));
    labels = document.labels ?? {};
    return document.questions.map(({ expression, node }) => evaluated(expression, elements[node]));
});
process.stdout.write(JSON.stringify(answers));
