using SSAH.MLNet.Fuzz;

return args is ["child", .. var rest] ? Child.Run(rest) : Campaign.Run(args);
