// Reproduces the figures of docs/results.md: each run writes its result as JSON, and the tables are made from these files.
using SSAH.MLNet.Experiments;
using SSAH.MLNet.Experiments.LabelEfficiency;

try
{
    switch (args)
    {
        case [] or ["--help"] or ["help"]:
            Console.WriteLine(ExperimentArguments.Usage);
            return args.Length == 0 ? 2 : 0;
        case ["list"]:
            foreach (var known in ExperimentCatalog.All)
                Console.WriteLine($"{known.Name,-20} rows {string.Join(',', known.Choose(null).Select(r => r.Id))}: {known.Title}");
            Console.WriteLine($"{"label-efficiency",-20} quality against labels on the features of a frozen ResNet-18; its options: label-efficiency --help");
            return 0;
        case ["label-efficiency", "--help"]:
            Console.WriteLine(LabelEfficiencyArguments.Usage);
            return 0;
        case ["label-efficiency", "--figure", var figures, var target]:
            LabelEfficiencySvg.Write(figures, target);
            return 0;
        case ["label-efficiency", ..]:
            new LabelEfficiencyRun(LabelEfficiencyArguments.Parse(args)).Run();
            return 0;
        case ["tables"]:
            ResultTables.Update(Path.Combine("docs", "results.md"), Path.Combine("docs", "results"));
            return 0;
    }
    var plan = ExperimentCatalog.All.FirstOrDefault(p => p.Name == args[0])
        ?? throw new FormatException($"There is no experiment '{args[0]}'. There are: {string.Join(", ", ExperimentCatalog.All.Select(p => p.Name))}.");
    new ExperimentRunner(plan, ExperimentArguments.Parse(args)).Run();
    return 0;
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{e.Message}\n\n{ExperimentArguments.Usage}");
    return 2;
}
catch (Exception e) when (e is IOException or InvalidDataException or NotSupportedException or ArgumentException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
