import { readFileSync } from 'node:fs';
import { Controller, Get, Inject, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Express, Request, Response } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { API_DESCRIPTIONS, type ApiDescription, type ApiServer } from '../../http/api-description.js';
import { routesOf } from '../../http/routes.js';
import { Allow } from '../../keys/allow.js';
import { type ApiDocument, buildDocument } from './document.js';
import { documentPage, indexPage, PAGE_POLICY } from './page.js';
import { rulesOf } from './rules.js';

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';
const TEXT = 'text/plain; charset=utf-8';
/** Of the document that is where Chroma's server has its own. */
const CHROMA_SERVERS: readonly ApiServer[] = [
  { url: '/', description: "Chroma's own port." },
  { url: '/chroma', description: 'The console port.' },
];

/** Something to read, ready to be sent. */
interface Reading {
  readonly type: string;
  readonly text: string;
}

/** What the protocols are, for people and programs. */
@Controller()
export class DocsController {
  private readonly readings = new Map<string, Reading>();
  /** Those where Chroma's server has its own. */
  private readonly chromaReadings = new Map<string, Reading>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(API_DESCRIPTIONS) private readonly apis: readonly ApiDescription[],
    private readonly modules: ModulesContainer,
  ) {}

  @Allow('anyone')
  @Get('docs')
  index(@Res({ passthrough: true }) response: Response): string {
    return send(response, { type: HTML, text: indexPage(this.apis) });
  }

  /** A page `chroma`, a document `chroma.json`, or a file beside them. */
  @Allow('anyone')
  @Get('docs/:name')
  show(@Param('name') name: string, @Req() request: Request, @Res({ passthrough: true }) response: Response): string {
    return send(
      response,
      once(this.readings, name, () => this.find(name, request)),
    );
  }

  /** Where Chroma's server has its own. */
  @Allow('anyone')
  @Get('chroma/openapi.json')
  chromaDocument(@Req() request: Request, @Res({ passthrough: true }) response: Response): string {
    const make = (): Reading => toJson(this.document(this.api('chroma'), request, CHROMA_SERVERS));
    return send(response, once(this.chromaReadings, 'document', make));
  }

  @Allow('anyone')
  @Get('chroma/docs')
  chromaPage(@Req() request: Request, @Res({ passthrough: true }) response: Response): string {
    const make = (): Reading => {
      const document = this.document(this.api('chroma'), request, CHROMA_SERVERS);
      return { type: HTML, text: documentPage(document, { document: 'openapi.json', files: [] }) };
    };
    return send(response, once(this.chromaReadings, 'page', make));
  }

  /** @throws NotFoundException for a name that nothing has */
  private find(name: string, request: Request): Reading {
    const file = this.apis.flatMap(({ files }) => files).find((candidate) => candidate.name === name);
    if (file !== undefined) return { type: TEXT, text: readFileSync(file.location, 'utf8') };
    const protocol = name.replace(/\.json$/, '');
    const api = this.api(protocol);
    const document = this.document(api, request);
    if (protocol !== name) return toJson(document);
    return { type: HTML, text: documentPage(document, { document: `${name}.json`, files: api.files }) };
  }

  private api(name: string): ApiDescription {
    const api = this.apis.find((candidate) => candidate.name === name);
    if (api === undefined) throw new NotFoundException();
    return api;
  }

  private document(api: ApiDescription, request: Request, servers?: readonly ApiServer[]): ApiDocument {
    return buildDocument(api, {
      routes: routesOf(request.app as Express),
      ruleOf: rulesOf(this.modules),
      config: this.config,
      ...(servers !== undefined && { servers }),
    });
  }
}

/** What has been made already, or is made now: routes do not change. */
function once(made: Map<string, Reading>, name: string, make: () => Reading): Reading {
  const reading = made.get(name) ?? make();
  made.set(name, reading);
  return reading;
}

function toJson(document: ApiDocument): Reading {
  return { type: JSON_TYPE, text: JSON.stringify(document) };
}

function send(response: Response, { type, text }: Reading): string {
  response.setHeader('content-type', type);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-security-policy', PAGE_POLICY);
  response.setHeader('referrer-policy', 'no-referrer');
  return text;
}
