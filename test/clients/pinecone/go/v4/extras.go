package main

import "github.com/pinecone-io/go-pinecone/v4/pinecone"

var versionSamples = []sample{}

// Version 5 does not send the text.
var versionTLSSamples = []sample{
	{"SearchRecords by text", searchRecordsByText},
}

func searchRecordsByText(t *tour) {
	index := t.records()
	answer := must(index.SearchRecords(t.ctx, &pinecone.SearchRecordsRequest{
		Query: pinecone.SearchRecordsQuery{TopK: 2, Inputs: &map[string]any{"text": "sweet fruit"}},
	}))
	hits := answer.Result.Hits
	same("the number of hits", len(hits), 2)
	same("the kinds of the hits", []any{hits[0].Fields["kind"], hits[1].Fields["kind"]}, []any{"fruit", "fruit"})
	holds("no tokens were counted", *answer.Usage.EmbedTotalTokens > 0)
}
