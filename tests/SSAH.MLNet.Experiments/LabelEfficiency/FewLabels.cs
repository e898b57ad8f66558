using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>Who is a query, who is in the database, and which of the database have labels.</summary>
/// <param name="Queries">Rows of the queries.</param>
/// <param name="Database">Rows of the database, all of them trained on.</param>
/// <param name="Labeled">Those of the database that have a label.</param>
/// <param name="UnseenClasses">Classes without any labeled image.</param>
internal sealed record FewLabels(int[] Queries, int[] Database, int[] Labeled, HashSet<int> UnseenClasses)
{
    private const int QueriesPerClass = 100;

    /// <summary>
    /// Draws a split. Where the collection has queries of its own, these are its test part and the database its training part; else queries are 100 of
    /// each class, from all parts, and the database is everything else, as is usual for CIFAR-10.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="perClass">Labeled images of each class that has any.</param>
    /// <param name="withUnseen">Whether a quarter of the classes has none (the protocol of Sablayrolles et al. 2017).</param>
    /// <param name="forChoices">Draws the queries from what is not a query of the final figures: the validation part, else the database of those.</param>
    /// <param name="seed">Seed.</param>
    public static FewLabels Draw(FeatureCollection collection, int perClass, bool withUnseen, bool forChoices, int seed)
    {
        var random = new Random(seed);
        int[] classes = [.. Enumerable.Range(0, collection.ClassCount)];
        int[] rows = [.. Enumerable.Range(0, collection.Classes.Length)];
        int[] queries, database;
        if (collection.HasOwnQueries)
        {
            var part = forChoices ? ImagePart.Validation : ImagePart.Test;
            queries = [.. rows.Where(row => collection.Parts[row] == part)];
            if (queries.Length == 0)
                throw new FormatException($"{collection.Name} has no validation part to choose by.");
            database = [.. rows.Where(row => collection.Parts[row] == ImagePart.Train)];
        }
        else
        {
            var final = Pick(collection, rows, QueriesPerClass, random).ToHashSet();
            int[] rest = [.. rows.Where(row => !final.Contains(row))];
            queries = forChoices ? Pick(collection, rest, QueriesPerClass, random) : [.. final.Order()];
            var taken = queries.ToHashSet();
            database = [.. rest.Where(row => !taken.Contains(row))];
        }
        random.Shuffle(classes);
        HashSet<int> unseen = withUnseen ? [.. classes[..(classes.Length / 4)]] : [];
        int[] labeled = Pick(collection, [.. database.Where(row => !unseen.Contains(collection.Classes[row]))], perClass, random);
        return new FewLabels(queries, database, labeled, unseen);
    }

    private static int[] Pick(FeatureCollection collection, int[] rows, int perClass, Random random)
    {
        var picked = new List<int>();
        foreach (var group in rows.GroupBy(row => collection.Classes[row]).OrderBy(group => group.Key))
        {
            int[] members = [.. group];
            random.Shuffle(members);
            picked.AddRange(members.Take(perClass));
        }
        return [.. picked.Order()];
    }
}
