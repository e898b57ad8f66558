using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Cli.Serve.Jobs;

namespace SSAH.MLNet.Cli.Serve.Endpoints;

/// <summary>Long work: training on the labels, and looking for copies. Each is begun, asked how far it is, and stopped.</summary>
internal static class JobEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/training", (TrainingJob training) =>
        {
            try
            {
                return Begun(training.Start(), "/training");
            }
            catch (ToolException error)
            {
                // Too few labels, or no trainer: it would fail for sure.
                throw new RequestRefusedException(StatusCodes.Status409Conflict, error.Message);
            }
        }).Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Begins to learn a model from the labels, as ssah train does; the collection switches to it when it is made.");
        routes.MapGet("/training", (TrainingJob training) => training.Status).Produces<JobStatus<TrainingResult>>().WithSummary("How far the training is.");
        routes.MapDelete("/training", (TrainingJob training) => training.Cancel()).WithSummary("Stops the training; the collection is as it was.");

        routes.MapPost("/duplicates", (DuplicatesJob duplicates) => Begun(duplicates.Start(), "/duplicates")).Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict).WithSummary("Begins to look for copies of the same image, as ssah duplicates does.");
        routes.MapGet("/duplicates", (DuplicatesJob duplicates) => duplicates.Status).Produces<JobStatus<CopiesResult>>()
            .WithSummary("How far the search for copies is, and the groups when it is done.");
        routes.MapDelete("/duplicates", (DuplicatesJob duplicates) => duplicates.Cancel()).WithSummary("Stops the search for copies.");
    }

    private static IResult Begun(bool isBegun, string address) => isBegun ? Results.Accepted(address)
        : throw new RequestRefusedException(StatusCodes.Status409Conflict, "It runs already.");
}
