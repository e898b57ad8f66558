using System.Numerics;

namespace SSAH.MLNet.Evaluation;

/// <summary>Evaluates the code that holds nothing but a predicted class: rows of the query's predicted class first, all others after them.</summary>
internal static class ClassIdCode
{
    public static ClassIdLine? Evaluate(EvaluationPlan plan, LabelSets databaseLabels)
    {
        RetrievalOptions options = plan.Options;
        bool given = options.PredictedQueryClasses is not null;
        var centers = given ? null : new ClassCenters(plan, databaseLabels);
        int Predict(IReadOnlyList<int>? predicted, BinaryCodes codes, int row) => predicted is null ? centers!.Nearest(codes[row]) : predicted[row];

        // Rows of each pair (predicted class, class): all that the ranking of a class-id code depends on.
        var pairs = new Dictionary<(int Predicted, int Class), int>();
        var predictedCounts = new Dictionary<int, int>();
        var classCounts = new Dictionary<int, int>();
        int right = 0, labeled = 0;
        int[] predictedOf = new int[plan.RankedRows.Length];
        for (int place = 0; place < predictedOf.Length; place++)
        {
            int row = plan.RankedRows[place];
            int predicted = Predict(options.PredictedDatabaseClasses, plan.Database, row), actual = databaseLabels.ClassOf(row);
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
            int predicted = Predict(options.PredictedQueryClasses, plan.Queries, query), actual = plan.QueryLabels.ClassOf(query);
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
        private readonly List<(int Class, ulong[] Words)> _centers = [];

        public ClassCenters(EvaluationPlan plan, LabelSets labels)
        {
            int[] ones = new int[plan.Bits];
            for (int label = 0; label < labels.ClassCount; label++)
            {
                ReadOnlySpan<int> places = plan.Relevance.RowsOf(label);
                if (places.IsEmpty)
                    continue;
                Array.Clear(ones);
                foreach (int place in places)
                    CountOnes(plan.Database[plan.RankedRows[place]], ones);
                ulong[] words = new ulong[plan.Database.WordsPerCode];
                for (int bit = 0; bit < ones.Length; bit++)
                    words[bit / 64] |= ones[bit] * 2L >= places.Length ? 1UL << (bit % 64) : 0;
                _centers.Add((label, words));
            }
        }

        public int Nearest(ReadOnlySpan<ulong> code)
        {
            int best = int.MaxValue, nearest = -1;
            foreach ((int label, ulong[] words) in _centers)
            {
                int distance = 0;
                for (int word = 0; word < words.Length; word++)
                    distance += BitOperations.PopCount(words[word] ^ code[word]);
                if (distance < best)
                    (best, nearest) = (distance, label);
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
