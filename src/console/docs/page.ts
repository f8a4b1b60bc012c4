import { createHash } from 'node:crypto';
import type { ApiDescription, ApiFile } from '../../http/api-description.js';
import type { Schema } from '../../http/schema.js';
import {
  type ApiDocument,
  type DocumentContent,
  type DocumentMethod,
  type DocumentOperation,
  type DocumentParameter,
  type DocumentResponse,
  METHODS,
} from './document.js';
import { type Html, markup, prose } from './html.js';
import { anchorOf, schemaHtml } from './schema-html.js';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #d5dce3; }
code { font: 13px ui-monospace, monospace; background: #f1f4f7; padding: 0 .25em; border-radius: 3px; }
details { border: 1px solid #d5dce3; border-radius: 5px; margin: .4rem 0; padding: .3rem .7rem; }
summary { cursor: pointer; } nav a { margin-right: 1rem; } a { color: #0b5cad; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 600; }
.get { color: #0b6b3a; } .post { color: #0b5cad; } .put, .patch { color: #8a5a00; } .delete { color: #a3212b; }
.rule { float: right; color: #5b6b7b; font-size: 13px; } .required { color: #a3212b; font-size: 12px; margin-left: .4em; }
.note { display: block; color: #5b6b7b; } ul { margin: .2rem 0; padding-left: 1.3rem; }
td, th { text-align: left; vertical-align: top; padding: .15rem 1rem .15rem 0; }
@media (prefers-color-scheme: dark) {
  body { background: #12181f; color: #dbe3ea; } code { background: #1e2832; } a { color: #6cb2f5; }
  .get { color: #5bd08f; } .post { color: #6cb2f5; } .put, .patch { color: #e0b45a; } .delete, .required { color: #f08a92; }
}
`;

/** What pages may do: show themselves, with their own style. Nothing is loaded, nothing runs. */
export const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Where a page's links go. */
export interface PageLinks {
  readonly document: string;
  readonly files: readonly ApiFile[];
}

/** The page that lists the protocols. */
export function indexPage(apis: readonly ApiDescription[]): string {
  const items = apis.map(
    ({ name, title, description, files }) => markup`
      <h2><a href="docs/${name}">${title}</a></h2>
      <p>${prose(description)}</p>
      <p><a href="docs/${name}.json">OpenAPI 3.1 document</a>${files.map((file) => markup` · <a href="docs/${file.name}">${file.name}</a>`)}</p>`,
  );
  return page('Polyvec: API documents', markup`<h1>Polyvec: API documents</h1>${items}`);
}

/** A document for people. */
export function documentPage(document: ApiDocument, { document: link, files }: PageLinks): string {
  const { info, tags, components } = document;
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      markup`<details id="${anchorOf(name)}" open><summary><b>${name}</b></summary>${schemaHtml(schema)}</details>`,
  );
  return page(
    info.title,
    markup`<h1>${info.title}</h1>
      <p>${prose(info.description)}</p>
      <p>Polyvec ${info.version} · <a href="${link}">OpenAPI 3.1 document</a>${files.map(fileLink)}</p>
      <nav>${tags.map(({ name }) => markup`<a href="#${tagAnchor(name)}">${name}</a> `)}<a href="#schemas">Schemas</a></nav>
      ${keysHtml(document)}
      ${errorsHtml(document)}
      ${tags.map(({ name }) => tagHtml(name, document))}
      <h2 id="schemas">Schemas</h2>
      ${schemas}`,
  );
}

function page(title: string, body: Html): string {
  const head = markup`<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>`;
  return `<!doctype html><html lang="en"><head>${head.text}<style>${STYLE}</style></head><body>${body.text}</body></html>`;
}

function fileLink({ name, description }: ApiFile): Html {
  return markup` · <a href="${name}">${name}</a> (${description})`;
}

function tagAnchor(tag: string): string {
  return `tag-${tag.replace(/\W+/g, '-')}`;
}

function keysHtml({ components, security }: ApiDocument): Html {
  const schemes = Object.values(components.securitySchemes).map(({ name, in: place, scheme, description }) => {
    const where = typeof name === 'string' ? `${String(place)} ${name}` : `header Authorization, ${String(scheme)}`;
    return markup`<li><code>${where}</code> ${prose(String(description))}</li>`;
  });
  const isOpen = security.some((requirement) => Object.keys(requirement).length === 0);
  return markup`<h2>Keys</h2>
    <p>${prose(isOpen ? 'This gateway asks for no key.' : 'Every request needs a key, except where an operation says `anyone`.')}</p>
    <ul>${schemes}</ul>`;
}

/** A row for each status, with what it means and the shapes of its body. */
function errorsHtml({ components }: ApiDocument): Html {
  const byStatus = new Map<string, DocumentResponse[]>();
  for (const [name, response] of Object.entries(components.responses)) {
    const status = /\d+$/.exec(name)?.[0] ?? 'other';
    byStatus.set(status, [...(byStatus.get(status) ?? []), response]);
  }
  const rows = [...byStatus].map(([status, responses]) => {
    const shapes = responses.map(({ content = {} }) => contentHtml(content));
    return markup`<tr><td>${status}</td><td>${responses[0]?.description ?? ''}</td><td>${shapes}</td></tr>`;
  });
  return markup`<h2>Errors</h2><table>${rows}</table>`;
}

function tagHtml(tag: string, { paths }: ApiDocument): Html {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation?.tags.includes(tag) === true ? [operationHtml(method, path, operation, item.servers ?? [])] : [];
    }),
  );
  return markup`<h2 id="${tagAnchor(tag)}">${tag}</h2>${operations}`;
}

function operationHtml(
  method: DocumentMethod,
  path: string,
  operation: DocumentOperation,
  servers: readonly { readonly url: string }[],
): Html {
  const { parameters, requestBody, responses } = operation;
  const rule = operation['x-polyvec-rule'];
  // errors are described once, for all
  const answers = Object.entries(responses).flatMap(([status, response]) => {
    return isReference(response) ? [] : [responseHtml(status, response)];
  });
  const places = servers.map(({ url }) => markup` <code>${url}${path}</code>`);
  return markup`<details id="${operation.operationId}">
    <summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code>
      ${operation.summary}<span class="rule">${rule ?? ''}</span></summary>
    ${places.length === 0 ? markup`` : markup`<p>At${places}</p>`}
    ${parameters.length === 0 ? markup`` : markup`<h3>Parameters</h3><table>${parameters.map(parameterHtml)}</table>`}
    ${requestBody === undefined ? markup`` : markup`<h3>Body${requestBody.required ? '' : ', optional'}</h3>${contentHtml(requestBody.content)}`}
    ${answers.length === 0 ? markup`<p>Not served here: it always fails.</p>` : markup`<h3>Answers</h3><table>${answers}</table>`}
  </details>`;
}

function parameterHtml({ name, in: place, required, description = '', schema }: DocumentParameter): Html {
  const mark = required ? markup`<b class="required">required</b>` : markup``;
  return markup`<tr><td><code>${name}</code>${mark}</td><td>${place}</td><td>${schemaHtml(schema)}</td><td>${prose(description)}</td></tr>`;
}

function isReference(response: DocumentResponse | Schema): response is Schema {
  return '$ref' in response;
}

function responseHtml(status: string, { description, content }: DocumentResponse): Html {
  return markup`<tr><td>${status}</td><td>${description}</td><td>${content === undefined ? markup`no body` : contentHtml(content)}</td></tr>`;
}

function contentHtml(content: DocumentContent): Html {
  return markup`${Object.entries(content).map(([type, { schema }]) => markup`<div><code>${type}</code> ${schemaHtml(schema)}</div>`)}`;
}
