package main

import (
	"strings"

	"samples/pinecone"
)

var namespaceSamples = []sample{
	{"DescribeNamespace, ListNamespaces and DeleteNamespace", namespaces},
	{"ListNamespaces page by page", namespacePages},
}

var modelSamples = []sample{
	{"Embed", embed},
	{"Rerank needs an endpoint", rerank},
	{"ListModels and DescribeModel", models},
	{"CreateIndexForModel", createForModel},
}

// These calls go over TLS whatever scheme the host has.
var recordSamples = []sample{
	{"the control plane and an index by a bare host, over TLS", overTLS},
	{"UpsertRecords and SearchRecords by id", searchRecordsById},
	{"SearchRecords by a vector", searchRecordsByVector},
	{"StartImport and CancelImport are not implemented", imports},
}

func namespaces(t *tour) {
	index := t.filled()
	found := must(index.DescribeNamespace(t.ctx, "example-namespace"))
	same("the name", found.Name, "example-namespace")
	same("the count", found.RecordCount, uint64(4))
	listed := must(index.ListNamespaces(t.ctx, nil))
	same("the namespaces", namespaceNames(listed), []string{"example-namespace"})
	succeed(index.DeleteNamespace(t.ctx, "example-namespace"))
	_, err := index.DescribeNamespace(t.ctx, "example-namespace")
	refused(err, "NotFound", "Namespace not found")
	refused(index.DeleteNamespace(t.ctx, "example-namespace"), "NotFound", "Namespace not found")
	same("the namespaces after the delete", namespaceNames(must(index.ListNamespaces(t.ctx, nil))), []string{})
}

func namespacePages(t *tour) {
	index := t.filled()
	for _, name := range []string{"a", "b"} {
		must(index.WithNamespace(name).UpsertVectors(t.ctx, []*pinecone.Vector{vector("x", []float32{1, 2, 3}, nil)}))
	}
	first := must(index.ListNamespaces(t.ctx, &pinecone.ListNamespacesParams{Limit: pointer(uint32(2))}))
	same("the first page", namespaceNames(first), []string{"a", "b"})
	last := must(index.ListNamespaces(t.ctx, &pinecone.ListNamespacesParams{Limit: pointer(uint32(2)), PaginationToken: &first.Pagination.Next}))
	same("the last page", namespaceNames(last), []string{"example-namespace"})
	holds("the last page has a token", last.Pagination == nil || last.Pagination.Next == "")
}

func namespaceNames(list *pinecone.ListNamespacesResponse) []string {
	names := []string{}
	for _, namespace := range list.Namespaces {
		names = append(names, namespace.Name)
	}
	return names
}

// One text a call: the SDK sends the last one in the place of all others.
func embed(t *tour) {
	embedding := func(text string) []float32 {
		answer := must(t.client.Inference.Embed(t.ctx, &pinecone.EmbedRequest{
			Model: model, TextInputs: []string{text}, Parameters: pinecone.EmbedParameters{"input_type": "query", "truncate": "END"},
		}))
		same("the model", answer.Model, model)
		holds("no tokens were counted", *answer.Usage.TotalTokens > 0)
		return answer.Data[0].DenseEmbedding.Values
	}
	holds("an embedding is empty", len(embedding("one text")) > 0)
	same("the embedding of the same text", embedding("one text"), embedding("one text"))
	holds("another text has the same embedding", embedding("one text")[0] != embedding("words of another kind")[0] || embedding("one text")[1] != embedding("words of another kind")[1])
	_, err := t.client.Inference.Embed(t.ctx, &pinecone.EmbedRequest{Model: "no-such-model", TextInputs: []string{"text"}})
	refused(err, "404", "no-such-model")
}

func rerank(t *tour) {
	_, err := t.client.Inference.Rerank(t.ctx, &pinecone.RerankRequest{
		Model: "bge-reranker-v2-m3", Query: "a text", Documents: []pinecone.Document{{"id": "1", "text": "one"}}, TopN: pointer(1),
	})
	refused(err, "400", "UNIMPLEMENTED")
}

func models(t *tour) {
	listed := []string{}
	for _, info := range *must(t.client.Inference.ListModels(t.ctx, &pinecone.ListModelsParams{Type: pointer("embed"), VectorType: pointer("dense")})).Models {
		listed = append(listed, info.Model)
	}
	contains("the models", listed, model)
	holds("no model without a choice", len(*must(t.client.Inference.ListModels(t.ctx, nil)).Models) >= len(listed))
	info := must(t.client.Inference.DescribeModel(t.ctx, model))
	same("the model", info.Model, model)
	same("the type", info.Type, "embed")
	same("the vector type", *info.VectorType, "dense")
	_, err := t.client.Inference.DescribeModel(t.ctx, "no-such-model")
	refused(err, "404", "no-such-model")
}

func (t *tour) createForModel() *pinecone.Index {
	return must(t.client.CreateIndexForModel(t.ctx, &pinecone.CreateIndexForModelRequest{
		Name: t.name("model"), Cloud: pinecone.Aws, Region: "us-east-1", Tags: &pinecone.IndexTags{"team": "a"},
		Embed: pinecone.CreateIndexForModelEmbed{Model: model, FieldMap: map[string]any{"text": "chunk_text"}},
	}))
}

func createForModel(t *tour) {
	made := t.createForModel()
	found := must(t.client.DescribeIndex(t.ctx, made.Name))
	same("the model", found.Embed.Model, model)
	same("the field", *found.Embed.FieldMap, map[string]any{"text": "chunk_text"})
	same("the dimension", *found.Embed.Dimension, *found.Dimension)
	same("the tags", *found.Tags, pinecone.IndexTags{"team": "a"})
	holds("there are no read parameters", found.Embed.ReadParameters != nil)
}

func overTLS(t *tour) {
	made := t.create("tls", 2, pinecone.Cosine)
	index := must(t.client.Index(pinecone.NewIndexConnParams{Host: strings.TrimPrefix(made.Host, "http://"), Namespace: "ns"}))
	written := vector("a", []float32{1, 2}, nil)
	must(index.UpsertVectors(t.ctx, []*pinecone.Vector{written}))
	sameVector("the record", must(index.FetchVectors(t.ctx, []string{"a"})).Vectors["a"], written)
}

func (t *tour) records() filled {
	index := t.connect(t.createForModel(), "ns")
	succeed(index.UpsertRecords(t.ctx, []*pinecone.IntegratedRecord{
		{"_id": "apple", "chunk_text": "Apples are sweet round fruit", "kind": "fruit"},
		{"_id": "pear", "chunk_text": "Pears are sweet green fruit", "kind": "fruit"},
		{"_id": "car", "chunk_text": "The engine of this car was repaired", "kind": "machine"},
	}))
	return index
}

func searchRecordsById(t *tour) {
	index := t.records()
	answer := must(index.SearchRecords(t.ctx, &pinecone.SearchRecordsRequest{
		Query:  pinecone.SearchRecordsQuery{TopK: 2, Id: pointer("apple"), Filter: &map[string]any{"kind": "fruit"}},
		Fields: &[]string{"chunk_text"},
	}))
	hits := answer.Result.Hits
	same("the number of hits", len(hits), 2)
	same("the best hit", hits[0].Id, "apple")
	near("its score", hits[0].Score, 1)
	same("its fields", hits[0].Fields, map[string]any{"chunk_text": "Apples are sweet round fruit"})
	same("the other hit", hits[1].Id, "pear")
	holds("no read units", answer.Usage.ReadUnits > 0)
}

func searchRecordsByVector(t *tour) {
	index := t.records()
	stored := *must(index.FetchVectors(t.ctx, []string{"car"})).Vectors["car"].Values
	answer := must(index.SearchRecords(t.ctx, &pinecone.SearchRecordsRequest{
		Query: pinecone.SearchRecordsQuery{TopK: 1, Vector: &pinecone.SearchRecordsVector{Values: &stored}},
	}))
	same("the number of hits", len(answer.Result.Hits), 1)
	same("the fields", answer.Result.Hits[0].Fields, map[string]any{"chunk_text": "The engine of this car was repaired", "kind": "machine"})
}

// DescribeImport and ListImports take every answer for a good one, and fall over an error's.
func imports(t *tour) {
	index := t.connect(t.create("import", 2, pinecone.Cosine), "ns")
	_, err := index.StartImport(t.ctx, "s3://bucket/directory/", nil, nil)
	refused(err, "400")
	refused(index.CancelImport(t.ctx, "1"), "400")
}
