from .survey_answer import HIGHEST, LOWEST, MAX_COMMENT, SurveyAnswer
from .survey_settings import SurveyKind, SurveySettings

__all__ = [
    "HIGHEST",
    "LOWEST",
    "MAX_COMMENT",
    "SurveyAnswer",
    "SurveyKind",
    "SurveySettings",
]
