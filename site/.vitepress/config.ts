import { defineConfig } from 'vitepress';
import { headingAnchor } from '../src/heading-anchor.ts';
import { findPages, groupPages } from '../src/pages.ts';

const sidebar = groupPages(findPages()).map(({ text, pages }) => ({
  text,
  collapsed: pages.length > 12,
  items: pages.map(({ page, title }) => ({
    text: title,
    link: `/${page.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html')}`,
  })),
}));

export default defineConfig({
  title: 'Suffrage',
  description:
    'Mass voting on Kafka: no acknowledged vote is lost, none is counted twice, and anyone can check it.',
  lang: 'en-GB',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '../out/site-pages',
  outDir: '../out/site',
  cacheDir: '../out/site-cache',
  // src/check-built.ts follows every link of the result, headings and files included.
  ignoreDeadLinks: true,
  // The logo of the browser's tab, in the page: nothing is fetched for it.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    // Headings get the anchors that repository hosts give them, so that links hold in both places.
    anchor: { slugify: headingAnchor },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: false, next: false },
    externalLinkIcon: true,
  },
});
