import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { eventually, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { createStorage, startGateway, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
