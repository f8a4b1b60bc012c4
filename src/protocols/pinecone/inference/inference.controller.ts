import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { queryOf } from '../wire/query-string.js';
import { InferenceOperations } from './operations.js';
import { EmbedRequest, modelsRequest, RerankRequest } from './requests.js';
import { toEmbedResponse, toModelResponse, toModelsResponse, toRerankResponse } from './responses.js';

/** Models, and what they make of texts, on the control plane. */
@Controller('pinecone')
export class InferenceController {
  constructor(private readonly inference: InferenceOperations) {}

  @Allow('read')
  @Post('embed')
  @HttpCode(200)
  async embed(@Body() body: RequestBody): Promise<string> {
    return toEmbedResponse(await this.inference.embed(validate(EmbedRequest, body, CONTROL_PLANE)));
  }

  @Allow('read')
  @Post('rerank')
  @HttpCode(200)
  async rerank(@Body() body: RequestBody): Promise<string> {
    return toRerankResponse(await this.inference.rerank(validate(RerankRequest, body, CONTROL_PLANE)));
  }

  @Allow('read')
  @Get('models')
  models(@Req() sent: Request): string {
    return toModelsResponse(this.inference.models(modelsRequest(queryOf(sent))));
  }

  @Allow('read')
  @Get('models/:name')
  model(@Param('name') name: string): string {
    return toModelResponse(this.inference.model(name));
  }
}
