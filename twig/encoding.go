package twig

func convertEncoding(r *run, args []Value) Value {
	return args[0]
}
