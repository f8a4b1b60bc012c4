import { Body, Controller, Header, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { sendPieces, type SentAnswer } from '../../../../http/long-answer.js';
import type { RequestBody } from '../../../../http/request-body.js';
import { decodeText, validate } from '../../../../http/validate.js';
import { Allow } from '../../../../keys/allow.js';
import { IndexTargets } from '../../targets.js';
import { NO_CONTENT_TYPE } from '../../wire/answers.js';
import { CONTROL_PLANE } from '../../wire/dialect.js';
import { READ_HEADERS, setHeaders, WRITE_HEADERS } from '../lsn-headers.js';
import { RecordOperations } from '../record-operations.js';
import { readRecords, SearchRecordsRequest } from '../record-requests.js';
import { toSearchResponse } from './responses.js';
import { INDEX_PATHS, targetOf, type TargetPath } from './target-path.js';

type RecordsPath = TargetPath & { readonly namespace: string };

/** Records of text, for indexes with integrated inference. */
@Controller(INDEX_PATHS)
export class RecordsController {
  constructor(
    private readonly targets: IndexTargets,
    private readonly records: RecordOperations,
  ) {}

  /** One JSON object per line, whatever the content type says. */
  @Allow('write')
  @Post('records/namespaces/:namespace/upsert')
  @HttpCode(201)
  @Header('content-type', NO_CONTENT_TYPE)
  async upsert(
    @Param() path: RecordsPath,
    @Body() body: RequestBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const sent = await readRecords(decodeText(body.bytes), body);
    const { lsn } = await this.targets.run(targetOf(path), (collection) => this.records.upsert(collection, path.namespace, sent));
    setHeaders(response, WRITE_HEADERS, lsn);
    return '';
  }

  @Allow('read')
  @Post('records/namespaces/:namespace/search')
  @HttpCode(200)
  async search(
    @Param() path: RecordsPath,
    @Body() body: RequestBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SentAnswer> {
    const request = validate(SearchRecordsRequest, body, CONTROL_PLANE);
    const result = await this.targets.run(targetOf(path), (collection) =>
      this.records.search(collection, path.namespace, request),
    );
    setHeaders(response, READ_HEADERS, result.lsn);
    return sendPieces(toSearchResponse(result, request.fields));
  }
}
