package main

import "github.com/pinecone-io/go-pinecone/v5/pinecone"

var versionSamples = []sample{
	{"CreateNamespace", createNamespace},
	{"ListNamespaces by prefix counts them all", namespacesByPrefix},
	{"FetchVectorsByMetadata, page by page", fetchByMetadata},
	{"UpdateVectorsByMetadata", updateByMetadata},
	{"CreateServerlessIndex with a schema and read capacity", createWithSchema},
	{"ConfigureIndex changes the read capacity", configureCapacity},
	{"CreateBYOCIndex", createBYOC},
	{"DescribeIndexStats names the default namespace", defaultInStats},
}

var versionTLSSamples = []sample{}

var schema = &pinecone.MetadataSchema{Fields: map[string]pinecone.MetadataSchemaField{"genre": {Filterable: true}}}

func createNamespace(t *tour) {
	index := t.connect(t.create("namespace", 2, pinecone.Cosine), "")
	made := must(index.CreateNamespace(t.ctx, &pinecone.CreateNamespaceParams{Name: "made", Schema: schema}))
	same("the name", made.Name, "made")
	found := must(index.DescribeNamespace(t.ctx, "made"))
	same("the count", found.RecordCount, uint64(0))
	same("the schema", found.Schema, schema)
	_, err := index.CreateNamespace(t.ctx, &pinecone.CreateNamespaceParams{Name: "made"})
	refused(err, "AlreadyExists")
	same("the count in the statistics", must(index.DescribeIndexStats(t.ctx)).Namespaces["made"].VectorCount, uint32(0))
}

func namespacesByPrefix(t *tour) {
	index := t.filled()
	for _, name := range []string{"p-1", "p-2"} {
		must(index.CreateNamespace(t.ctx, &pinecone.CreateNamespaceParams{Name: name}))
	}
	page := must(index.ListNamespaces(t.ctx, &pinecone.ListNamespacesParams{Prefix: pointer("p-"), Limit: pointer(uint32(1))}))
	same("the page", namespaceNames(page), []string{"p-1"})
	same("the total", page.TotalCount, int32(2))
}

func fetchByMetadata(t *tour) {
	index := t.filled()
	request := pinecone.FetchVectorsByMetadataRequest{Filter: object(map[string]any{"year": map[string]any{"$lte": 2021}}), Limit: pointer(uint32(2))}
	first := must(index.FetchVectorsByMetadata(t.ctx, &request))
	same("the size of the first page", len(first.Vectors), 2)
	sameVector("a record", first.Vectors["id-2"], vector("id-2", []float32{0, 1, 0}, map[string]any{"genre": "documentary", "year": 2020}))
	request.PaginationToken = &first.Pagination.Next
	last := must(index.FetchVectorsByMetadata(t.ctx, &request))
	same("the size of the last page", len(last.Vectors), 1)
	holds("the last page has a token", last.Pagination == nil)
}

func updateByMetadata(t *tour) {
	index := t.filled()
	request := pinecone.UpdateVectorsByMetadataRequest{
		Filter: object(map[string]any{"genre": "documentary"}), Metadata: object(map[string]any{"seen": true}), DryRun: pointer(true),
	}
	same("the matches of the dry run", must(index.UpdateVectorsByMetadata(t.ctx, &request)).MatchedRecords, int32(2))
	seen := func() int {
		return len(must(index.FetchVectorsByMetadata(t.ctx, &pinecone.FetchVectorsByMetadataRequest{Filter: object(map[string]any{"seen": true})})).Vectors)
	}
	same("what the dry run changed", seen(), 0)
	request.DryRun = nil
	same("the matches", must(index.UpdateVectorsByMetadata(t.ctx, &request)).MatchedRecords, int32(2))
	same("what it changed", seen(), 2)
}

func dedicated(replicas int32) *pinecone.ReadCapacityParams {
	scaling := &pinecone.ReadCapacityScaling{Manual: &pinecone.ReadCapacityManualScaling{Replicas: &replicas, Shards: pointer(int32(1))}}
	return &pinecone.ReadCapacityParams{Dedicated: &pinecone.ReadCapacityDedicatedConfig{NodeType: pointer("b1"), Scaling: scaling}}
}

func createWithSchema(t *tour) {
	made := must(t.client.CreateServerlessIndex(t.ctx, &pinecone.CreateServerlessIndexRequest{
		Name: t.name("schema"), Cloud: pinecone.Aws, Region: "us-east-1", Metric: pointer(pinecone.Cosine), Dimension: pointer(int32(2)),
		Schema: schema, ReadCapacity: dedicated(1),
	}))
	found := must(t.client.DescribeIndex(t.ctx, made.Name)).Spec.Serverless
	same("the schema", found.Schema, schema)
	same("the node", *found.ReadCapacity.Dedicated.NodeType, "b1")
	same("the replicas", *found.ReadCapacity.Dedicated.Scaling.Manual.Replicas, int32(1))
	same("the state", found.ReadCapacity.Dedicated.Status.State, "Ready")
}

func configureCapacity(t *tour) {
	index := t.create("capacity", 2, pinecone.Cosine)
	same("the state", index.Spec.Serverless.ReadCapacity.OnDemand.Status.State, "Ready")
	changed := must(t.client.ConfigureIndex(t.ctx, index.Name, pinecone.ConfigureIndexParams{ReadCapacity: dedicated(2)}))
	same("the replicas", *changed.Spec.Serverless.ReadCapacity.Dedicated.Scaling.Manual.Replicas, int32(2))
	onDemand := &pinecone.ReadCapacityParams{OnDemand: &pinecone.ReadCapacityOnDemandConfig{}}
	changed = must(t.client.ConfigureIndex(t.ctx, index.Name, pinecone.ConfigureIndexParams{ReadCapacity: onDemand}))
	holds("it is not on demand", changed.Spec.Serverless.ReadCapacity.OnDemand != nil)
}

func createBYOC(t *tour) {
	made := must(t.client.CreateBYOCIndex(t.ctx, &pinecone.CreateBYOCIndexRequest{
		Name: t.name("byoc"), Environment: "aws-us-east-1-b921", Metric: pointer(pinecone.Cosine), Dimension: pointer(int32(2)), Schema: schema,
	}))
	found := must(t.client.DescribeIndex(t.ctx, made.Name)).Spec.BYOC
	same("the environment", found.Environment, "aws-us-east-1-b921")
	same("the schema", found.Schema, schema)
}

func defaultInStats(t *tour) {
	index := t.connect(t.create("default", 2, pinecone.Cosine), "")
	must(index.UpsertVectors(t.ctx, []*pinecone.Vector{vector("a", []float32{1, 2}, nil)}))
	same("the count", must(index.DescribeIndexStats(t.ctx)).Namespaces["__default__"].VectorCount, uint32(1))
}
