"""The Web API: methods, arguments, serializers and fault injection."""
