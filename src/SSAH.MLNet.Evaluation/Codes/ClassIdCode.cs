namespace SSAH.MLNet.Evaluation;

/// <summary>Evaluates the code that holds nothing but a predicted class: rows of the query's predicted class first, all others after them.</summary>
internal static class ClassIdCode
{
    public static ClassIdLine? Evaluate(EvaluationPlan plan, LabelSets databaseLabels, CancellationToken cancellationToken)
    {
        RetrievalOptions options = plan.Options;
        bool given = options.PredictedQueryClasses is not null;
        var centers = given ? null : new ClassCenters(plan, databaseLabels, cancellationToken);
        IReadOnlyList<int> queryClasses = options.PredictedQueryClasses ?? centers!.Nearest(plan.Queries);
        IReadOnlyList<int> rowClasses = options.PredictedDatabaseClasses ?? centers!.Nearest(plan.Database);

        // Rows of each pair (predicted class, class): all that the ranking of a class-id code depends on.
        var pairs = new Dictionary<(int Predicted, int Class), int>();
        var predictedCounts = new Dictionary<int, int>();
        var classCounts = new Dictionary<int, int>();
        int right = 0, labeled = 0;
        int[] predictedOf = new int[plan.RankedRows.Length];
        for (int place = 0; place < predictedOf.Length; place++)
        {
            int row = plan.RankedRows[place];
            int predicted = rowClasses[row], actual = databaseLabels.ClassOf(row);
            predictedOf[place] = predicted;
            pairs[(predicted, actual)] = pairs.GetValueOrDefault((predicted, actual)) + 1;
            predictedCounts[predicted] = predictedCounts.GetValueOrDefault(predicted) + 1;
            classCounts[actual] = classCounts.GetValueOrDefault(actual) + 1;
            labeled += actual >= 0 ? 1 : 0;
            right += actual >= 0 && actual == predicted ? 1 : 0;
        }
        if (labeled == 0)
            return null;
        double sum = 0;
        int rightQueries = 0;
        foreach (int query in plan.EvaluatedQueries)
        {
            int predicted = queryClasses[query], actual = plan.QueryLabels.ClassOf(query);
            int first = predicted < 0 ? 0 : predictedCounts.GetValueOrDefault(predicted);
            int relevantFirst = predicted < 0 ? 0 : pairs.GetValueOrDefault((predicted, actual));
            int rows = plan.RankedRows.Length, relevant = classCounts.GetValueOrDefault(actual);
            // The row that is the query itself is not found by it.
            if (plan.PlaceOfSelf(query) is >= 0 and var self)
            {
                bool isFirst = predicted >= 0 && predictedOf[self] == predicted, isRelevant = databaseLabels.ClassOf(plan.RankedRows[self]) == actual;
                rows--;
                relevant -= isRelevant ? 1 : 0;
                first -= isFirst ? 1 : 0;
                relevantFirst -= isFirst && isRelevant ? 1 : 0;
            }
            sum += TieAverage.AveragePrecision([first, rows - first], [relevantFirst, relevant - relevantFirst], 2, plan.Tables.Harmonic).Expected;
            rightQueries += predicted == actual ? 1 : 0;
        }
        int count = plan.EvaluatedQueries.Length;
        return new ClassIdLine(sum / count, (double)rightQueries / count, (double)right / labeled,
            given ? "given predictions" : "nearest class center (majority code of the database rows of each class)");
    }

    /// <summary>The majority code of each class, as a classifier: the class of the nearest one; ties go to the lower class.</summary>
    private sealed class ClassCenters
    {
        private const int RowsPerSearch = 4096;

        private readonly HammingFlatIndex _centers;
        private readonly HammingSearchOptions _options;
        private readonly CancellationToken _cancellationToken;

        public ClassCenters(EvaluationPlan plan, LabelSets labels, CancellationToken cancellationToken)
        {
            _centers = new HammingFlatIndex(plan.Bits);
            _options = new HammingSearchOptions { Threads = plan.Options.Threads };
            _cancellationToken = cancellationToken;
            var codes = new BinaryCodes(plan.Bits);
            var classes = new List<long>();
            int[] ones = new int[plan.Bits];
            float[] majority = new float[plan.Bits];
            for (int label = 0; label < labels.ClassCount; label++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<int> places = plan.Relevance.RowsOf(label);
                if (places.IsEmpty)
                    continue;
                Array.Clear(ones);
                foreach (int place in places)
                    CountOnes(plan.Database[plan.RankedRows[place]], ones);
                for (int bit = 0; bit < ones.Length; bit++)
                    majority[bit] = 2L * ones[bit] - places.Length;
                codes.AddActivations(majority);
                classes.Add(label);
            }
            _centers.Add(codes, [.. classes]);
        }

        /// <summary>The nearest class of each code; -1 where there is no class at all.</summary>
        public int[] Nearest(BinaryCodes codes)
        {
            int[] nearest = new int[codes.Count];
            Array.Fill(nearest, -1);
            for (int first = 0; first < codes.Count && _centers.Count > 0; first += RowsPerSearch)
            {
                BinaryCodes part = codes.Slice(first, Math.Min(RowsPerSearch, codes.Count - first));
                HammingMatches found = _centers.Search(part, 1, _options, _cancellationToken);
                for (int row = 0; row < part.Count; row++)
                    nearest[first + row] = (int)found[row][0].Id;
            }
            return nearest;
        }

        private static void CountOnes(ReadOnlySpan<ulong> words, int[] ones)
        {
            for (int bit = 0; bit < ones.Length; bit++)
                ones[bit] += (int)(words[bit / 64] >> (bit % 64) & 1);
        }
    }
}
