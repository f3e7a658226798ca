"""The Web API double: methods, arguments, serializers and fault injection."""
