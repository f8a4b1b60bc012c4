package main

import (
	"math"

	"samples/pinecone"
)

var vectorSamples = []sample{
	{"UpsertVectors and FetchVectors", upsertAndFetch},
	{"UpsertVectors replaces the whole record", upsertReplaces},
	{"UpsertVectors refuses a wrong dimension", wrongDimension},
	{"a connection without a namespace means the default one", defaultNamespace},
	{"QueryByVectorValues", queryByValues},
	{"QueryByVectorValues with a filter", queryWithFilter},
	{"QueryByVectorValues with dense and sparse values", queryHybrid},
	{"QueryByVectorValues in a sparse index", querySparse},
	{"QueryByVectorValues scores squared distances in a euclidean index", queryEuclidean},
	{"QueryByVectorId", queryById},
	{"UpdateVector", updateVector},
	{"ListVectors by prefix, page by page", listVectors},
	{"DescribeIndexStats", describeStats},
	{"DescribeIndexStatsFiltered", describeStatsFiltered},
}

func upsertAndFetch(t *tour) {
	index := t.connect(t.create("fetch", 3, pinecone.Cosine), "ns")
	written := vector("a", []float32{0.1, -2.5, 1e-7}, map[string]any{"title": "Ünïcode 😀", "year": 1.5, "tags": []any{"x", "y"}, "seen": true})
	bare := vector("b", []float32{1, 2, 3}, nil)
	same("the count", must(index.UpsertVectors(t.ctx, []*pinecone.Vector{written, bare})), uint32(2))
	found := must(index.FetchVectors(t.ctx, []string{"a", "b", "missing"}))
	same("the number of records", len(found.Vectors), 2)
	sameVector("the record", found.Vectors["a"], written)
	sameVector("the record without metadata", found.Vectors["b"], bare)
	holds("no read units", found.Usage.ReadUnits > 0)
	same("records of another namespace", len(must(index.WithNamespace("elsewhere").FetchVectors(t.ctx, []string{"a"})).Vectors), 0)
}

func upsertReplaces(t *tour) {
	index := t.filled()
	replacement := vector("id-1", []float32{0.5, 0.5, 0.5}, nil)
	must(index.UpsertVectors(t.ctx, []*pinecone.Vector{replacement}))
	sameVector("the record", must(index.FetchVectors(t.ctx, []string{"id-1"})).Vectors["id-1"], replacement)
}

func wrongDimension(t *tour) {
	index := t.filled()
	_, err := index.UpsertVectors(t.ctx, []*pinecone.Vector{vector("id-9", []float32{1, 2, 3}, nil), vector("short", []float32{1, 2}, nil)})
	refused(err, "InvalidArgument", "Vector dimension 2 does not match the dimension of the index 3")
	same("the number of records", len(t.ids(index)), 4)
}

func defaultNamespace(t *tour) {
	made := t.create("default", 2, pinecone.Cosine)
	index := t.connect(made, "")
	must(index.UpsertVectors(t.ctx, []*pinecone.Vector{vector("a", []float32{1, 2}, nil)}))
	same("the records by its empty name", len(must(index.WithNamespace("").FetchVectors(t.ctx, []string{"a"})).Vectors), 1)
	same("the total", must(index.DescribeIndexStats(t.ctx)).TotalVectorCount, uint32(1))
	succeed(index.WithNamespace("").DeleteAllVectorsInNamespace(t.ctx))
	same("the ids", t.ids(index), []string{})
}

func queryByValues(t *tour) {
	index := t.filled()
	answer := must(index.QueryByVectorValues(t.ctx, &pinecone.QueryByVectorValuesRequest{
		Vector: []float32{1, 0.5, 0}, TopK: 2, IncludeValues: true, IncludeMetadata: true,
	}))
	same("the matches", matchIds(answer), []string{"other", "id-1"})
	best := answer.Matches[0]
	near("the best score", best.Score, 1.5/math.Sqrt(1.25*2))
	sameVector("the best match", best.Vector, vector("other", []float32{1, 1, 0}, map[string]any{"genre": "drama", "year": 2022}))
	holds("no read units", answer.Usage.ReadUnits > 0)
	bare := must(index.QueryByVectorValues(t.ctx, &pinecone.QueryByVectorValuesRequest{Vector: []float32{1, 0.5, 0}, TopK: 1}))
	holds("values that were not asked for", bare.Matches[0].Vector.Values == nil)
	holds("metadata that was not asked for", bare.Matches[0].Vector.Metadata == nil)
}

func queryWithFilter(t *tour) {
	index := t.filled()
	query := func(filter map[string]any) (*pinecone.QueryVectorsResponse, error) {
		return index.QueryByVectorValues(t.ctx, &pinecone.QueryByVectorValuesRequest{Vector: []float32{1, 0, 0}, TopK: 10, MetadataFilter: object(filter)})
	}
	recent := map[string]any{"$and": []any{map[string]any{"year": map[string]any{"$gte": 2020}}, map[string]any{"genre": map[string]any{"$ne": "drama"}}}}
	same("the matches", matchIds(must(query(recent))), []string{"id-2", "id-3"})
	same("the matches of an empty filter", len(must(query(map[string]any{})).Matches), 4)
	_, err := query(map[string]any{"year": map[string]any{"$gte": "2020"}})
	refused(err, "InvalidArgument")
}

func queryHybrid(t *tour) {
	index := t.connect(t.create("hybrid", 2, pinecone.Dotproduct), "ns")
	dense := vector("dense", []float32{3, 0}, nil)
	dense.SparseValues = &pinecone.SparseValues{Indices: []uint32{1}, Values: []float32{1}}
	sparse := vector("sparse", []float32{1, 0}, nil)
	sparse.SparseValues = &pinecone.SparseValues{Indices: []uint32{5, 4294967295}, Values: []float32{4, 1}}
	must(index.UpsertVectors(t.ctx, []*pinecone.Vector{dense, sparse}))
	sameVector("the record", must(index.FetchVectors(t.ctx, []string{"sparse"})).Vectors["sparse"], sparse)
	answer := must(index.QueryByVectorValues(t.ctx, &pinecone.QueryByVectorValuesRequest{
		Vector: []float32{1, 0}, SparseValues: &pinecone.SparseValues{Indices: []uint32{5}, Values: []float32{2}}, TopK: 2,
	}))
	same("the matches", matchIds(answer), []string{"sparse", "dense"})
	same("the scores", []float32{answer.Matches[0].Score, answer.Matches[1].Score}, []float32{9, 3})
}

func querySparse(t *tour) {
	made := must(t.client.CreateServerlessIndex(t.ctx, &pinecone.CreateServerlessIndexRequest{
		Name: t.name("sparse"), Cloud: pinecone.Aws, Region: "us-east-1", Metric: pointer(pinecone.Dotproduct), VectorType: pointer("sparse"),
	}))
	same("the type", made.VectorType, "sparse")
	holds("a sparse index has a dimension", made.Dimension == nil)
	index := t.connect(made, "ns")
	must(index.UpsertVectors(t.ctx, []*pinecone.Vector{
		{Id: "a", SparseValues: &pinecone.SparseValues{Indices: []uint32{1, 3517203014}, Values: []float32{0.5, 2}}},
		{Id: "b", SparseValues: &pinecone.SparseValues{Indices: []uint32{2}, Values: []float32{1}}},
	}))
	answer := must(index.QueryByVectorValues(t.ctx, &pinecone.QueryByVectorValuesRequest{
		SparseValues: &pinecone.SparseValues{Indices: []uint32{3517203014}, Values: []float32{1.5}}, TopK: 5,
	}))
	same("the matches", matchIds(answer), []string{"a"})
	same("the score", answer.Matches[0].Score, float32(3))
}

func queryEuclidean(t *tour) {
	index := t.connect(t.create("euclidean", 2, pinecone.Euclidean), "ns")
	must(index.UpsertVectors(t.ctx, []*pinecone.Vector{vector("far", []float32{4, 5}, nil), vector("near", []float32{1, 1}, nil)}))
	answer := must(index.QueryByVectorValues(t.ctx, &pinecone.QueryByVectorValuesRequest{Vector: []float32{1, 2}, TopK: 2}))
	same("the matches", matchIds(answer), []string{"near", "far"})
	same("the scores", []float32{answer.Matches[0].Score, answer.Matches[1].Score}, []float32{1, 18})
}

func queryById(t *tour) {
	index := t.filled()
	answer := must(index.QueryByVectorId(t.ctx, &pinecone.QueryByVectorIdRequest{VectorId: "id-2", TopK: 1, IncludeMetadata: true}))
	same("the matches", matchIds(answer), []string{"id-2"})
	near("the score", answer.Matches[0].Score, 1)
	same("the matches of an unknown id", len(must(index.QueryByVectorId(t.ctx, &pinecone.QueryByVectorIdRequest{VectorId: "unknown", TopK: 1})).Matches), 0)
	_, err := index.QueryByVectorId(t.ctx, &pinecone.QueryByVectorIdRequest{VectorId: "id-2", TopK: 0})
	refused(err, "InvalidArgument")
}

func updateVector(t *tour) {
	index := t.filled()
	succeed(index.UpdateVector(t.ctx, &pinecone.UpdateVectorRequest{Id: "id-1", Metadata: object(map[string]any{"genre": "satire", "stars": 4.5})}))
	succeed(index.UpdateVector(t.ctx, &pinecone.UpdateVectorRequest{Id: "id-1", Values: []float32{0.25, 0.5, 0.75}}))
	merged := vector("id-1", []float32{0.25, 0.5, 0.75}, map[string]any{"genre": "satire", "stars": 4.5, "year": 2019})
	sameVector("the record", must(index.FetchVectors(t.ctx, []string{"id-1"})).Vectors["id-1"], merged)
	succeed(index.UpdateVector(t.ctx, &pinecone.UpdateVectorRequest{Id: "unknown", Values: []float32{1, 1, 1}}))
	same("the number of records", len(t.ids(index)), 4)
	refused(index.WithNamespace("nowhere").UpdateVector(t.ctx, &pinecone.UpdateVectorRequest{Id: "id-1", Values: []float32{1, 1, 1}}), "NotFound", "Namespace not found")
}

func listVectors(t *tour) {
	index := t.filled()
	first := must(index.ListVectors(t.ctx, &pinecone.ListVectorsRequest{Prefix: pointer("id-"), Limit: pointer(uint32(2))}))
	same("the first page", values(first.VectorIds), []string{"id-1", "id-2"})
	holds("the first page has no token", first.NextPaginationToken != nil)
	last := must(index.ListVectors(t.ctx, &pinecone.ListVectorsRequest{Prefix: pointer("id-"), Limit: pointer(uint32(2)), PaginationToken: first.NextPaginationToken}))
	same("the last page", values(last.VectorIds), []string{"id-3"})
	holds("the last page has a token", last.NextPaginationToken == nil)
	_, err := index.ListVectors(t.ctx, &pinecone.ListVectorsRequest{PaginationToken: pointer("garbled")})
	refused(err, "InvalidArgument")
}

func describeStats(t *tour) {
	index := t.filled()
	must(index.WithNamespace("second").UpsertVectors(t.ctx, []*pinecone.Vector{vector("a", []float32{1, 2, 3}, nil)}))
	stats := must(index.DescribeIndexStats(t.ctx))
	same("the dimension", *stats.Dimension, uint32(3))
	same("the total", stats.TotalVectorCount, uint32(5))
	same("the count of a namespace", stats.Namespaces["example-namespace"].VectorCount, uint32(4))
	same("the count of the other", stats.Namespaces["second"].VectorCount, uint32(1))
}

func describeStatsFiltered(t *tour) {
	index := t.filled()
	stats := must(index.DescribeIndexStatsFiltered(t.ctx, object(map[string]any{"genre": "documentary"})))
	same("the count", stats.Namespaces["example-namespace"].VectorCount, uint32(2))
}
