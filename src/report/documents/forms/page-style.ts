/** How a document looks: light and dark, on a phone and on paper. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1b1f; --quiet: #5a5a64; --line: #d9d9e0; --soft: #f5f5f8; --link: #0b57a4;
  --good: #1d6b3a; --bad: #a3261d; --warn: #8a5a00; --high: #6b2a91;
  --went: #fbe6e4; --came: #e2f3e6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #17171b; --ink: #ececf1; --quiet: #b0b0bb; --line: #3a3a44; --soft: #202027; --link: #8ec2ff;
    --good: #7fd39b; --bad: #ff9b92; --warn: #f0c265; --high: #d9a8f7;
    --went: #43211f; --came: #1c3a26;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.5rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
.kind, .when, .record { color: var(--quiet); margin: 0; }
.when, .record { font-size: .875rem; }
a { color: var(--link); }
code { font: .875em ui-monospace, monospace; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; white-space: pre-wrap; }
nav ul { columns: 17rem; column-gap: 2rem; padding-left: 1.1rem; margin: .5rem 0; }
article {
  border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 6px;
  padding: .75rem 1rem; margin: .75rem 0;
}
article > :is(h3, h4, h5) { margin: 0 0 .15rem; font-size: 1rem; }
article.failure, article.denied { border-left-color: var(--bad); }
article.unknown { border-left-color: var(--warn); }
article.success { border-left-color: var(--good); }
.mark { font-weight: 600; }
.mark.success { color: var(--good); }
.mark.failure, .mark.denied { color: var(--bad); }
.mark.unknown { color: var(--warn); }
.mark.high { color: var(--high); }
.table { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
thead th { background: var(--soft); }
tbody th { font-weight: 500; }
thead th { overflow-wrap: normal; }
td, tbody th { white-space: pre-wrap; overflow-wrap: break-word; max-width: 26rem; }
td.went { background: var(--went); }
td.came { background: var(--came); }
@media (max-width: 40rem) {
  main { padding: 1rem .85rem 3rem; }
  dl { grid-template-columns: 6.2rem 1fr; gap: .15rem .6rem; }
}
@page { margin: 15mm 14mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --soft: #f2f2f2; --link: #000;
    --good: #1d6b3a; --bad: #a3261d; --warn: #8a5a00; --high: #6b2a91; --went: #fbe6e4; --came: #e2f3e6;
  }
  /* Everything is in rem. */
  :root { font-size: 9pt; }
  body { font-size: 1rem; line-height: 1.35; }
  h2 { margin-top: 1.5rem; }
  th, td { padding: .15rem .4rem; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  h2, h3, h4 { break-after: avoid; }
  article, tr { break-inside: avoid; }
  article { padding: .3rem .6rem; margin-block: .4rem; }
  thead { display: table-header-group; }
  .table { overflow: visible; }
  td, tbody th { overflow-wrap: anywhere; }
  a { text-decoration: none; }
  td.went, td.came, thead th { print-color-adjust: exact; }
}
`;
