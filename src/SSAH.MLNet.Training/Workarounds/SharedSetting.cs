namespace SSAH.MLNet.Training.Workarounds;

/// <summary>A setting of the whole program that holds while anybody uses it: made by the first of several users, put back by the last.</summary>
/// <param name="make">Makes the setting.</param>
/// <param name="putBack">Puts back what was before.</param>
internal sealed class SharedSetting(Action make, Action putBack)
{
    private readonly Lock _gate = new();
    private int _users;

    /// <summary>Keeps the setting until the result is disposed; disposing it again does nothing.</summary>
    public IDisposable Use()
    {
        lock (_gate)
            if (_users++ == 0)
                make();
        return new User(this);
    }

    private void Release()
    {
        lock (_gate)
            if (--_users == 0)
                putBack();
    }

    private sealed class User(SharedSetting setting) : IDisposable
    {
        private SharedSetting? _setting = setting;

        public void Dispose() => Interlocked.Exchange(ref _setting, null)?.Release();
    }
}
