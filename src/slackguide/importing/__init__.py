"""Import knowledge from spreadsheets, articles and help-desk exports, as YAML that a person goes on editing."""
