"""Our own expressions for the comparison: each function and operator, and their edges."""

OPERATORS = """
1 + 2 * 3
(1 + 2) * 3
10 - 2 - 3
7 div 2
-7 mod 3
7 mod -3
5.5 mod 2
1 div 0
-1 div 0
0 div 0
- 5 + 2
--5
2 * -3
${n} - 1
${n}-1
${n} -1
${empty} + 1
'3' + '4'
'x' * 2
'a' = 'a'
'a' != 'b'
1 = '1'
'1.0' = 1
true() = 1
true() = 'x'
false() = ''
1 < 2
'2' < '10'
'a' < 'b'
2 <= 2
3 >= 4
${n} > 4 and ${n} < 6
${n} > 4 or 1 div 0 > 5
not(${n} > 4) or false()
1 = 1 = 1
3 > 2 > 1
${n} = 5
${n} != 5
${text} = ''
${empty} = ''
${empty} != ''
${row}/value = 2
${value} = 2
${value} != 2
${value} > 2
count(${row}[value > 1])
count(${row}[2])
${row}[2]/value
${row}[last()]/value
${row}[position() = 1]/value
../n + 1
./. + 0
/data/n
//n
../*[1]
count(../*)
count(../row/*)
../row[value = 2]/value
../row[value = ../n]/value
../row/value[. > 1]
count(../row/value[. != ''])
child::n
../child::n
self::*
../descendant::value
count(//value)
../row[1]/following-sibling::row/value
"""
CHOICES = """
selected(${several}, 'b')
selected(${several}, 'x')
selected(${several}, '')
selected(${empty}, 'a')
selected(${text}, 'Amal')
selected('a b c', ' b ')
selected-at(${several}, 0)
selected-at(${several}, 1)
selected-at(${several}, 7)
selected-at(${several}, -1)
count-selected(${several})
count-selected(${empty})
count-selected('a  b')
jr:choice-name(${one}, '${one}')
jr:choice-name(selected-at(${several}, 1), '${several}')
jr:choice-name(${empty}, '${one}')
jr:itext('list-0')
jr:itext('nowhere')
instance('list')/root/item[name = 'b']/label
instance('list')/root/item[name = ${one}]/label
instance('list')/root/item[kind = 'x']/name
count(instance('list')/root/item)
count(instance('list')/root/item[kind = 'x'])
count(instance('nothing')/root/item)
pulldata('nothing', 'a', 'b', 'c')
"""
DECISIONS = """
if(${n} > 3, 'yes', 'no')
if(${empty} = '', 'none', ${empty})
if('', 1, 2)
if('false', 1, 2)
if(0, 1, 2)
if(${empty} > 3, 1, 2)
coalesce(${empty}, ${text})
coalesce(${text}, ${empty})
coalesce('', '')
once('x')
not(true())
not(0)
not('')
true()
false()
boolean(0)
boolean('a')
boolean('')
boolean('false')
boolean(0 div 0)
boolean-from-string('true')
boolean-from-string('1')
boolean-from-string('x')
boolean-from-string(1)
checklist(1, 2, true(), false(), true())
checklist(3, -1, true(), true())
checklist(-1, 1, true(), true())
weighted-checklist(3, 5, true(), 2, true(), 2)
weighted-checklist(-1, 3, true(), 2, true(), 2)
"""
NUMBERS = """
number('12')
number('')
number('x')
number('1e3')
number('+5')
number('-.5')
number('5.')
number(' 7 ')
number(true())
number('2020-01-01')
number(${n})
number(${empty})
int(2.9)
int(-2.9)
int('x')
floor(2.9)
floor(-2.1)
ceiling(2.1)
ceiling(-2.9)
round(2.5)
round(3.5)
round(-2.5)
round(-2.4)
round(2.345, 2)
round(1234.5, -2)
round(-1250, -2)
round('x')
round(0.5)
round(-0.5)
sum(${value})
sum(../row/value)
sum(../nothing)
sum(../row/blank)
sum(../row/some)
min(${value})
max(${value})
min(3, 1, 2)
max(3, '10', 2)
max(../nothing)
min(../row/blank)
max(../row/blank)
abs(-3)
pow(2, 10)
pow(2, -1)
pow(0, 0)
pow(-8, 1 div 3)
sqrt(16)
sqrt(-1)
exp(0)
exp10(2)
log(1)
log(0)
log10(1000)
sin(0)
cos(0)
tan(0)
asin(1)
acos(1)
atan(1)
atan2(1, 1)
pi()
0.1 + 0.2
1 div 3
1000000 * 1000000
100000000000 * 100000000000
0.000001
0.0000001
distance('48.1 9.2; 48.2 9.3')
area('48.1 9.2; 48.2 9.2; 48.2 9.3; 48.1 9.3; 48.1 9.2')
distance('48.1 9.2', '48.2 9.3')
"""
TEXTS = """
string(5)
string(5.0)
string(-0.5)
string(true())
string(${text})
string(${value})
string()
string-length(${text})
string-length('')
string-length('Größe')
string-length()
substr('hello', 1)
substr('hello', 1, 3)
substr('hello', -2)
substr('hello', 0, -1)
substr('hello', 3, 1)
substr('hello', 9)
substring('12345', 2)
substring('12345', 2, 3)
substring('12345', 1.5, 2.6)
substring('12345', 0, 3)
substring('12345', -1, 4)
substring-before('a-b-c', '-')
substring-before('abc', 'x')
substring-after('a-b-c', '-')
substring-after('abc', 'x')
contains('abc', 'b')
contains('abc', '')
contains(${empty}, 'a')
starts-with('abc', 'ab')
starts-with('abc', '')
ends-with('abc', 'bc')
normalize-space('  a   b ')
translate('abc', 'ab', 'x')
translate('abc', 'abc', 'xyz')
concat('a', 1, true())
concat(${value})
concat(${text}, ' ', ${n})
concat()
join(', ', ${value})
join('-', 'a', 'b', ${value})
join(',', ../nothing)
regex('abc', '^[a-c]+$')
regex('0731123', '^[0-9]{7}$')
regex('', '^$')
regex(${text}, '^A.*l$')
regex('a.b', '^a\\.b$')
regex('2020-01-01', '^\\d{4}-\\d{2}-\\d{2}$')
uuid()
random()
version()
"""
DATES = """
today()
now()
date('2020-02-29')
date('2020-02-29') = date('2020-02-29T10:00')
date(18000)
date('')
date('x')
date(today())
date('2021-02-29')
date-time('2020-02-29T10:11:12')
date-time(18000.5)
decimal-date-time('1970-01-02')
decimal-date-time('2020-02-29T12:00:00.000-00:00')
decimal-date-time(today())
decimal-date-time('')
decimal-time('12:00:00.000-00:00')
decimal-time('06:30:00.000-00:00')
decimal-time('x')
format-date('2020-02-09', '%Y-%m-%d')
format-date('2020-02-09', '%e.%n.%y')
format-date('2020-02-09', '%a %b')
format-date('', '%Y')
format-date(${day}, '%d/%m')
format-date-time('2020-02-09T08:05:04.003-00:00', '%H:%M:%S.%3 %h')
format-date(today(), '%Y')
format-date('2020-02-09', '100%%')
add-date('2020-01-31', 0, 1)
add-date('2020-01-31', 1, 0, 1)
add-date('2020-01-31', 0, 0, -31)
add-date('x', 1)
difference-in-months('2020-01-31', '2020-02-29')
difference-in-months('2020-01-15', '2021-01-14')
difference-in-months('2020-01-15', '2021-01-15')
difference-in-months('', '2021-01-15')
today() - '2026-11-01'
today() - ${day}
today() > ${day}
${day} < today()
${day} = '2020-05-06'
${day} = date('2020-05-06')
'2020-05-06' < '2020-05-07'
'2020-05-06' + 1
(today() - ${day}) div 365.25
int((today() - ${day}) div 365.25)
decimal-date-time(${day}) + 1
. <= today()
"""
LISTS = """
count(${row})
count(../nothing)
count-non-empty(${value})
count-non-empty(../row/blank)
position(..)
position(../row[2])
last()
name()
name(..)
indexed-repeat(${value}, ${row}, 1)
indexed-repeat(${value}, ${row}, 3)
indexed-repeat(${value}, ${row}, 9)
indexed-repeat(${value}, ${row}, 0)
sum(${value}) div count(${row})
current()
current()/../n
join(',', randomize(${value}, 4))
join(',', randomize(${value}, 42))
"""
GROUPS = {
    "operators": OPERATORS, "choices": CHOICES, "decisions": DECISIONS, "numbers": NUMBERS,
    "texts": TEXTS, "dates": DATES, "lists": LISTS,
}  # fmt: skip


def lines(group: str) -> list[str]:
    """The expressions of one group."""
    return [line for line in GROUPS[group].strip().splitlines() if line]
