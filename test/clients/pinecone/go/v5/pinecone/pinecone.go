// Package pinecone is version 5 of the SDK, by the names that the samples of all versions use.
package pinecone

import "github.com/pinecone-io/go-pinecone/v5/pinecone"

type (
	BackupList                   = pinecone.BackupList
	Client                       = pinecone.Client
	ConfigureIndexEmbed          = pinecone.ConfigureIndexEmbed
	ConfigureIndexParams         = pinecone.ConfigureIndexParams
	CreateBackupParams           = pinecone.CreateBackupParams
	CreateCollectionRequest      = pinecone.CreateCollectionRequest
	CreateIndexForModelEmbed     = pinecone.CreateIndexForModelEmbed
	CreateIndexForModelRequest   = pinecone.CreateIndexForModelRequest
	CreateIndexFromBackupParams  = pinecone.CreateIndexFromBackupParams
	CreatePodIndexRequest        = pinecone.CreatePodIndexRequest
	CreateServerlessIndexRequest = pinecone.CreateServerlessIndexRequest
	Document                     = pinecone.Document
	EmbedParameters              = pinecone.EmbedParameters
	EmbedRequest                 = pinecone.EmbedRequest
	Index                        = pinecone.Index
	IndexConnection              = pinecone.IndexConnection
	IndexMetric                  = pinecone.IndexMetric
	IndexStatus                  = pinecone.IndexStatus
	IndexTags                    = pinecone.IndexTags
	IntegratedRecord             = pinecone.IntegratedRecord
	ListBackupsParams            = pinecone.ListBackupsParams
	ListModelsParams             = pinecone.ListModelsParams
	ListNamespacesParams         = pinecone.ListNamespacesParams
	ListNamespacesResponse       = pinecone.ListNamespacesResponse
	ListRestoreJobsParams        = pinecone.ListRestoreJobsParams
	ListVectorsRequest           = pinecone.ListVectorsRequest
	NewClientParams              = pinecone.NewClientParams
	NewIndexConnParams           = pinecone.NewIndexConnParams
	PodSpec                      = pinecone.PodSpec
	PodSpecMetadataConfig        = pinecone.PodSpecMetadataConfig
	QueryByVectorIdRequest       = pinecone.QueryByVectorIdRequest
	QueryByVectorValuesRequest   = pinecone.QueryByVectorValuesRequest
	QueryVectorsResponse         = pinecone.QueryVectorsResponse
	RerankRequest                = pinecone.RerankRequest
	SearchRecordsQuery           = pinecone.SearchRecordsQuery
	SearchRecordsRequest         = pinecone.SearchRecordsRequest
	SearchRecordsVector          = pinecone.SearchRecordsVector
	SparseValues                 = pinecone.SparseValues
	UpdateVectorRequest          = pinecone.UpdateVectorRequest
	Vector                       = pinecone.Vector
)

const (
	Aws                        = pinecone.Aws
	CollectionStatusReady      = pinecone.CollectionStatusReady
	Cosine                     = pinecone.Cosine
	DeletionProtectionDisabled = pinecone.DeletionProtectionDisabled
	DeletionProtectionEnabled  = pinecone.DeletionProtectionEnabled
	Dotproduct                 = pinecone.Dotproduct
	Euclidean                  = pinecone.Euclidean
	Gcp                        = pinecone.Gcp
	Ready                      = pinecone.Ready
)

var NewClient = pinecone.NewClient
