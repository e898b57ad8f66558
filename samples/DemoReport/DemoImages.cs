using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>The images and their split, with the rows of queries and database at hand.</summary>
internal sealed class DemoImages(ImageSet images, RetrievalSplit split)
{
    public ImageSet Images => images;

    public RetrievalSplit Split => split;

    public IReadOnlyList<int> Queries { get; } = [.. split.Queries];

    public IReadOnlyList<int> Database { get; } = [.. split.Database];

    /// <summary>Whether the query and the database image share a label.</summary>
    public bool IsRelevant(int query, int databaseRow) => images.LabelsOf(Queries[query]).ContainsAny(images.LabelsOf(Database[databaseRow]));
}
