/*
 * React Aria would write a style element into the page, which the Content-Security-Policy refuses. It does not where an
 * element of that name is there already; `manage.css` has the rule.
 */
const NAME = 'react-aria-pressable-style';

if (document.getElementById(NAME) === null) {
  const mark = document.createElement('meta');
  mark.id = NAME;
  document.head.append(mark);
}
