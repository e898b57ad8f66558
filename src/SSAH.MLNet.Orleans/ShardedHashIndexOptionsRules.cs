using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace SSAH.MLNet.Orleans;

/// <summary>Says all that is wrong with the options of one index.</summary>
internal sealed class ShardedHashIndexOptionsRules(string name) : IValidateOptions<ShardedHashIndexOptions>
{
    public ValidateOptionsResult Validate(string? name1, ShardedHashIndexOptions options)
    {
        if (name1 != name)
            return ValidateOptionsResult.Skip;
        var wrong = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true);
        List<string> failures = [.. wrong.Select(each => $"Index '{name}': {each.ErrorMessage}")];
        if (string.IsNullOrWhiteSpace(options.Folder))
            failures.Add($"Index '{name}': {nameof(options.Folder)} is needed, a folder that every silo sees.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
