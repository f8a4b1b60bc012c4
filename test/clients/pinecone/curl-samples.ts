/** The three curl programs of the documentation's page "Delete records", as they are published. */
export const CURL_SAMPLES: ReadonlyMap<'by id' | 'by metadata' | 'all', string> = new Map([
  [
    'by id',
    `# To get the unique host for an index,
# see https://docs.pinecone.io/guides/manage-data/target-an-index
PINECONE_API_KEY="YOUR_API_KEY"
INDEX_HOST="INDEX_HOST"

curl "https://$INDEX_HOST/vectors/delete" \\
  -H "Api-Key: $PINECONE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -H "X-Pinecone-API-Version: 2025-04" \\
  -d '{
    "ids": [
      "id-1", 
      "id-2"
    ],
    "namespace": "example-namespace"
  }
'
`,
  ],
  [
    'by metadata',
    `# To get the unique host for an index,
# see https://docs.pinecone.io/guides/manage-data/target-an-index
PINECONE_API_KEY="YOUR_API_KEY"
INDEX_HOST="INDEX_HOST"

curl -i "https://$INDEX_HOST/vectors/delete" \\
  -H 'Api-Key: $PINECONE_API_KEY' \\
  -H 'Content-Type: application/json' \\
  -H "X-Pinecone-API-Version: 2025-04" \\
  -d '{
    "filter": {"genre": {"$eq": "documentary"}},
    "namespace": "example-namespace"
  }'
`,
  ],
  [
    'all',
    `# To get the unique host for an index,
# see https://docs.pinecone.io/guides/manage-data/target-an-index
PINECONE_API_KEY="YOUR_API_KEY"
INDEX_HOST="INDEX_HOST"

curl "https://$INDEX_HOST/vectors/delete" \\
  -H "Api-Key: $PINECONE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -H "X-Pinecone-API-Version: 2025-04" \\
  -d '{
    "deleteAll": true,
    "namespace": "example-namespace"
  }
'
`,
  ],
]);
